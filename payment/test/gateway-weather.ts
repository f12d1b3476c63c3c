import { CHARGE_NOT_CAPTURED, type GatewayMessage, type GatewayTask, refundKey } from '../src/domain/gateway-call.ts';
import { callGateway } from '../src/gateway/call-gateway.ts';
import type { Gateway } from '../src/gateway/gateway.ts';
import { openSimulatorLedger } from '../src/gateway/simulator-ledger.ts';
import { createSimulator } from '../src/gateway/simulator.ts';

/**
 * What becomes of one call: its answer comes; request or answer is lost; the request arrives after we gave up on it;
 * the gateway refuses the refund for good, or because it has still to take the money.
 */
export type Fate = 'answered' | 'request-lost' | 'answer-lost' | 'delayed' | 'refused' | 'too-early';

const TOO_EARLY: GatewayMessage = { on: 'gateway.declined', reason: CHARGE_NOT_CAPTURED };

interface Delayed {
  readonly task: GatewayTask;
  readonly arrivesUntil: number;
}

/** A request that the network held back arrives within this time of its sending or never (milliseconds). */
const LONGEST_DELAY_MS = 15_000;

/** The simulator on a virtual clock, behind a network that loses, delays and doubles. */
export function gatewayWeather(now: () => number, newId: () => string) {
  const ledger = openSimulatorLedger(':memory:');
  const options = { latencyMs: 0, slowMs: 0, lateMs: 40_000, webhookSecrets: ['secret'] as const };
  const gateway: Gateway = createSimulator({ ledger, ...options, now: async () => now(), ownNow: now, newId, wait: async () => undefined });
  const nobodyListens = AbortSignal.abort();
  const refused = new Set<string>();
  let delayed: Delayed[] = [];

  /** The signal has fired already: who never answers gives up at once, and nobody else heeds it. */
  async function call(task: GatewayTask): Promise<GatewayMessage> {
    if ('refundId' in task && refused.has(task.refundId)) return { on: 'gateway.declined', reason: 'account_closed' };
    return callGateway(gateway, task, nobodyListens).catch((error: unknown): GatewayMessage => {
      if (!(error instanceof Error && 'code' in error && error.code === 'gateway-error')) throw error;
      return { on: 'gateway.unknown' };
    });
  }

  async function run(task: GatewayTask, fate: Fate): Promise<GatewayMessage> {
    if (fate === 'refused' && 'refundId' in task && ledger.refund(refundKey(task.refundId)) === undefined) {
      refused.add(task.refundId);
    }
    if (fate === 'too-early' && task.kind === 'refund' && ledger.refund(refundKey(task.refundId)) === undefined) return TOO_EARLY;
    if (fate === 'answered' || fate === 'refused' || fate === 'too-early') return call(task);
    if (fate === 'answer-lost') await call(task);
    if (fate === 'delayed') delayed.push({ task, arrivesUntil: now() + LONGEST_DELAY_MS });
    return { on: 'gateway.unknown' };
  }

  /** The requests that must have arrived by `time`, or all of them. */
  async function arrive(time = Infinity): Promise<void> {
    const arriving = delayed.filter(({ arrivesUntil }) => arrivesUntil <= time);
    delayed = delayed.filter(({ arrivesUntil }) => arrivesUntil > time);
    for (const { task } of arriving) await call(task);
  }

  /** How the charge or refund with this key stands; undefined: it is not there, or still open. */
  function standing(key: string): GatewayMessage | undefined {
    const charge = ledger.charge(key) ?? ledger.refund(key);
    if (charge === undefined) return undefined;
    if ('declined' in charge && charge.declined !== null) return { on: 'gateway.declined', reason: charge.declined };
    const isOpen = 'settlesAt' in charge && charge.settlesAt > now();
    return isOpen ? undefined : { on: 'gateway.succeeded', reference: charge.reference };
  }

  return { ledger, run, arrive, standing };
}
