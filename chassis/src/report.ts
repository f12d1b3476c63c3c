import type { Logger } from 'pino';
import { FailuresOfSome } from './failures-of-some.ts';
import type { HandlerFailure } from './log/cursor.ts';

/** Fields of a log line that a search finds it by. Never what was in a message: that may be personal. */
export interface About {
  /** A message's key: the order's id for everything about an order. */
  readonly key?: string;
  readonly orderId?: string;
  readonly topic?: string;
  readonly messageId?: string;
  readonly attempt?: number;
  readonly traceId?: string;
  readonly [field: string]: string | number | undefined;
}

/** Tells what went wrong where no caller waits for it; text instead of an error when nothing was thrown. */
export type Report = (error: unknown, message: string, about?: About) => void;

/** Tells what went well, to who looks for it. */
export type Trace = (about: About, message: string) => void;

interface Reporting {
  /** at level `error` */
  readonly report: Report;
  /** at level `debug`; undefined: nobody wants to know, and nothing has to be put together */
  readonly trace: Trace | undefined;
}

export function reporting(logger: Logger): Reporting {
  return {
    report: reportTo(logger),
    trace: logger.isLevelEnabled('debug') ? (about, message) => logger.debug(about, message) : undefined,
  };
}

export function reportTo(logger: Logger): Report {
  return (error, message, about) => {
    const failures = error instanceof FailuresOfSome ? error.failures : [{ error, about: {} }];
    for (const failure of failures) logger.error({ ...about, ...failure.about, err: failure.error }, message);
  };
}

/** For an event log: which messages it were, their handler has told. */
export function messagesComeAgain(logger: Logger): (failure: HandlerFailure) => void {
  return ({ error, ...where }) => logger.warn({ ...where, err: error }, 'messages come again');
}

/** The middle part of a W3C `traceparent`, which all lines of a trace share. */
export function traceIdOf(traceparent: string | null): Pick<About, 'traceId'> {
  return traceparent === null ? {} : { traceId: traceparent.slice(3, 35) };
}
