import type { Logger } from 'pino';

/** Fields of a log line that a search finds it by. Never what was in a message: that may be personal. */
export interface About {
  /** Of a message: the order's id for everything about an order. */
  readonly key?: string;
  readonly orderId?: string;
  readonly topic?: string;
  readonly messageId?: string;
  readonly attempt?: number;
  readonly traceId?: string;
}

/** Tells what went wrong where no caller waits for it. */
export type Report = (error: unknown, message: string, about?: About) => void;

export function reportTo(logger: Logger): Report {
  return (error, message, about) => logger.error({ ...about, err: error }, message);
}

/** The middle part of a W3C `traceparent`, which all lines of a trace share. */
export function traceIdOf(traceparent: string | null): Pick<About, 'traceId'> {
  return traceparent === null ? {} : { traceId: traceparent.slice(3, 35) };
}
