import type { Fault, MakeFault } from '@souk/contracts/http/ops';
import type { Logger } from 'pino';
import { newId } from '../ids.ts';
import type { DeliveryFault } from '../log/faulty-log.ts';

/** Faults of one service at a time. */
const MOST_FAULTS = 10;

/** Makes faults in one service on purpose, each for a limited time. */
export interface FaultMaker {
  /** Those that have not ended, oldest first. */
  faults(): readonly Fault[];
  /** `madeBy`: the user's id. The fault is in force when this returns; a stop begins soon afterwards. */
  make(wanted: MakeFault, madeBy: string): FaultMade;
  /** Ends a fault early. A stop ends by itself only: there is nobody to ask. */
  end(id: string): 'ended' | 'unknown' | 'ends-by-itself';
}

/** `elsewhere`: another service has the part that would fail. */
export type FaultMade = { readonly kind: 'made'; readonly fault: Fault } | { readonly kind: 'elsewhere' | 'stops-already' } | { readonly kind: 'too-many'; readonly most: number };

/** The faults of a service, as the process that runs it sees them. */
export interface ServiceFaults extends FaultMaker {
  /** Faults in the deliveries of a topic now. */
  deliveriesOf(topic: string): readonly DeliveryFault[];
  /** True while the simulated gateway is to decline every card. */
  declines(): boolean;
  /** Ends all of them. */
  endAll(): void;
}

interface FaultMakerOptions {
  readonly logger: Logger;
  /** True for the service that calls the simulated gateway. */
  readonly hasGateway: boolean;
  /** Stops the service until the signal fires, then starts it again; must not throw. */
  readonly stop: (over: AbortSignal) => void;
}

interface FaultInForce {
  readonly fault: Fault;
  readonly over: AbortController;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Keeps the faults of one service in memory: they end with the process, and each of them by itself. */
export function faultMaker({ logger, hasGateway, stop }: FaultMakerOptions): ServiceFaults {
  const inForce = new Map<string, FaultInForce>();
  const isStopping = () => [...inForce.values()].some(({ fault }) => fault.kind === 'stop');

  function end(id: string): void {
    const ending = inForce.get(id);
    if (ending === undefined) return;
    inForce.delete(id);
    clearTimeout(ending.timer);
    logger.info({ fault: id, kind: ending.fault.kind }, 'a fault that was made on purpose has ended');
    ending.over.abort();
  }

  function begin(wanted: MakeFault, madeBy: string): Fault {
    const { kind, seconds } = wanted;
    const fault: Fault = {
      id: newId(),
      kind,
      topic: 'topic' in wanted ? wanted.topic : null,
      delayMs: 'delayMs' in wanted ? wanted.delayMs : null,
      until: new Date(Date.now() + seconds * 1000).toISOString(),
      madeBy,
    };
    const over = new AbortController();
    inForce.set(fault.id, { fault, over, timer: setTimeout(() => end(fault.id), seconds * 1000) });
    const { id, topic, delayMs } = fault;
    logger.warn({ fault: id, kind, topic: topic ?? undefined, delayMs: delayMs ?? undefined, seconds, userId: madeBy }, 'a fault was made on purpose');
    // Once the caller has been answered; a service that stops lets running requests end in any case.
    if (kind === 'stop') setImmediate(() => stop(over.signal));
    return fault;
  }

  return {
    faults: () => [...inForce.values()].map(({ fault }) => fault),
    make(wanted, madeBy) {
      if (wanted.kind === 'decline' && !hasGateway) return { kind: 'elsewhere' };
      if (isStopping()) return { kind: 'stops-already' };
      if (inForce.size >= MOST_FAULTS) return { kind: 'too-many', most: MOST_FAULTS };
      return { kind: 'made', fault: begin(wanted, madeBy) };
    },
    end(id) {
      const known = inForce.get(id);
      if (known === undefined) return 'unknown';
      if (known.fault.kind === 'stop') return 'ends-by-itself';
      end(id);
      return 'ended';
    },
    deliveriesOf(topic) {
      return [...inForce.values()].flatMap(({ fault: { kind, topic: its, delayMs }, over }) => {
        return its === topic && kind !== 'stop' && kind !== 'decline' ? [{ kind, delayMs: delayMs ?? 0, over: over.signal }] : [];
      });
    },
    declines: () => [...inForce.values()].some(({ fault }) => fault.kind === 'decline'),
    endAll() {
      for (const id of inForce.keys()) end(id);
    },
  };
}
