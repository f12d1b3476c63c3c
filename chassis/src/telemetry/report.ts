import type { Logger } from 'pino';
import { FailuresOfSome } from './failures-of-some.ts';
import { harmless } from './harmless.ts';
import { type Faults, type FaultSource, repeatedFaults } from './repeated-faults.ts';

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
export interface Report {
  (error: unknown, message: string, about?: About): void;
  /** For what may fail again and again. Absent: each time is told. */
  readonly faults?: Faults | undefined;
}

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
  const report = (error: unknown, message: string, about?: About): void => {
    const failures = error instanceof FailuresOfSome ? error.failures : [{ error, about: {} }];
    for (const failure of failures) logger.error({ ...about, ...failure.about, err: failure.error }, message);
  };
  return Object.assign(report, { faults: faultsOf(logger) });
}

const known = new WeakMap<Logger, Faults>();

/** Those of a service are told by its logger, whoever in it meets them. */
function faultsOf(logger: Logger): Faults {
  const faults = known.get(logger) ?? repeatedFaults(logger);
  known.set(logger, faults);
  return faults;
}

/** Work that comes again, as it tells of its failures (`repeated-faults.ts`). Never throws. */
export function faultSource(report: Report, name: string): FaultSource {
  const source: FaultSource = report.faults?.source(name) ?? { failed: report, worked: () => undefined };
  return { failed: harmless(source.failed), worked: harmless(source.worked) };
}

/** For things that fail by themselves, each told of until too many are alike. Never throws. */
export function singleFailures(report: Report): Report {
  return harmless(report.faults?.single ?? report);
}

/** The same, but it never throws: to tell of a failure must not be the next one. */
export function harmlessReport(report: Report): Report {
  return Object.assign(harmless(report), { faults: report.faults });
}

/** The middle part of a W3C `traceparent`, which all lines of a trace share. */
export function traceIdOf(traceparent: string | null): Pick<About, 'traceId'> {
  return traceparent === null ? {} : { traceId: traceparent.slice(3, 35) };
}
