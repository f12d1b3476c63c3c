import type { ServiceName } from '@souk/contracts/services';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import { withTimeout } from '@souk/chassis/timeouts';
import { mediaTypeOf } from './pass-on.ts';
import { eventReader, type SentEvent } from './read-events.ts';
import { ServiceAwayError, type Services } from './services.ts';
import { type ConsoleSession, SessionOverError } from './sessions.ts';

/** Milliseconds a service may take to begin its stream. */
const OPEN_LIMIT_MS = 5000;
/** Milliseconds without a byte after which the stream counts as lost: a service sends a comment every 5 s. */
const SILENT_MS = 5800;
/** Milliseconds. A stream that ends sooner did not end because it was long enough. */
const SHORT_MS = 1000;
/** Milliseconds before the next try, doubled from try to try. */
const PAUSE_MS = { first: 100, longest: 2000 } as const;

export interface FollowOptions {
  readonly service: ServiceName;
  readonly services: Pick<Services, 'askAs'>;
  readonly session: ConsoleSession;
  /** Ends following. */
  readonly signal: AbortSignal;
  readonly report: Report;
  /** Position after which events are wanted; undefined: from now on. */
  readonly position: () => string | undefined;
  readonly onEvent: (event: SentEvent) => void;
  /** The stream is lost, or was never there; told once until it is back. */
  readonly onDown: () => void;
}

/**
 * Follows `/ops/stream` of one service until `signal`, beginning again where it broke off. Resolves when it ends; throws SessionOverError when the
 * operator's session has.
 */
export async function followService(options: FollowOptions): Promise<void> {
  const { service, signal, report, onDown } = options;
  const faults = faultSource(report, `the stream of ${service}`);
  let failures = 0;
  let isDown = false;
  while (!signal.aborted) {
    const beganAt = performance.now();
    let isLost = false;
    try {
      await readOnce(options, () => {
        isDown = false;
        faults.worked();
      });
    } catch (error) {
      if (error instanceof SessionOverError) throw error;
      if (signal.aborted) return;
      isLost = true;
      // That a service does not answer has been logged by then.
      if (!(error instanceof ServiceAwayError)) faults.failed(error, 'the stream of a service is lost; it is tried again', { asked: service });
    }
    if (signal.aborted) return;
    // Services end a stream after a quarter of an hour: it begins again at once, and nobody needs to know.
    if (!isLost && performance.now() - beganAt >= SHORT_MS) failures = 0;
    else failures += 1;
    if (failures === 0) continue;
    if (!isDown) onDown();
    isDown = true;
    await paused(Math.min(PAUSE_MS.first * 2 ** (failures - 1), PAUSE_MS.longest), signal);
  }
}

async function readOnce({ service, services, session, signal, position, onEvent }: FollowOptions, onBegun: () => void): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  try {
    const after = position();
    const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) };
    const asked = services.askAs(session, { service, path: '/ops/stream', headers, signal: ending.signal });
    const answer = await withTimeout(OPEN_LIMIT_MS, asked, `the stream of ${service}`);
    if (!answer.ok || mediaTypeOf(answer) !== 'text/event-stream' || answer.body === null) {
      throw new Error(`${service} answered ${answer.status} instead of its stream`);
    }
    const reader = answer.body.getReader();
    const events = eventReader();
    for (let isFirst = true; ; isFirst = false) {
      const { done, value } = await withTimeout(SILENT_MS, reader.read(), `a sign of life of ${service}`);
      if (done) return;
      if (isFirst) onBegun();
      for (const event of events(value)) onEvent(event);
    }
  } finally {
    signal.removeEventListener('abort', end);
    // Closes the connection, whatever is still under way on it.
    ending.abort();
  }
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}
