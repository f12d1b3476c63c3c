import type { Service } from '@souk/chassis/service/create-service';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import { passed } from '@souk/chassis/timeouts';

/** A service that runs, with all it has opened. */
export interface RunningService {
  readonly service: Service;
  /** Closes the service, then what it has opened. */
  close(): Promise<void>;
}

/** A service of the embedded shop, which may stop for a while and start again while the others go on. */
export interface ServicePart {
  start(): Promise<void>;
  /** undefined: it does not run now. */
  running(): RunningService | undefined;
  /** Stops the service until `over` fires, and starts it again; a start that fails is repeated. Never rejects. */
  stopUntil(over: AbortSignal): Promise<void>;
  /** Closes it for good; further calls wait for the first. */
  close(): Promise<void>;
}

interface ServicePartOptions {
  readonly name: string;
  readonly start: () => Promise<RunningService>;
  /** Fires when the shop stops: then no service starts again. */
  readonly ending: AbortSignal;
  readonly report: Report;
}

const BETWEEN_STARTS_MS = 1000;

export function servicePart({ name, start, ending, report }: ServicePartOptions): ServicePart {
  const starts = faultSource(report, 'starting again');
  let running: RunningService | undefined;
  let away: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function stayAway(over: AbortSignal): Promise<void> {
    const stopped = running;
    running = undefined;
    try {
      await stopped?.close();
    } catch (error) {
      report(error, `${name} did not stop cleanly`);
    }
    await passed([over, ending]);
    await startAgain();
  }

  async function startAgain(): Promise<void> {
    while (!ending.aborted) {
      try {
        running = await start();
        starts.worked();
        return;
      } catch (error) {
        starts.failed(error, `${name} cannot start again; this is tried every second`);
        await passed([ending], BETWEEN_STARTS_MS);
      }
    }
  }

  async function closeForGood(): Promise<void> {
    await away;
    await running?.close();
    running = undefined;
  }

  return {
    async start() {
      running = await start();
    },
    running: () => running,
    stopUntil(over) {
      if (closing !== undefined || running === undefined) return Promise.resolve();
      return (away = stayAway(over));
    },
    close: () => (closing ??= closeForGood()),
  };
}
