import type { Logger } from 'pino';
import { FailuresOfSome, type Faults, type FaultSource, repeatedFaults } from './repeated-faults.ts';
import { standardError } from './standard-error.ts';

/** Fields by which a search finds a log line. Never the content of a message, which may be personal. */
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

/** Reports a failure that no caller waits for; text instead of an error when nothing was thrown. */
export interface Report {
  (error: unknown, message: string, about?: About): void;
  /** For work that may fail repeatedly. Absent: each failure is logged. */
  readonly faults?: Faults | undefined;
}

/** Reports a success, for debugging. */
export type Trace = (about: About, message: string) => void;

interface Reporting {
  /** at level `error` */
  readonly report: Report;
  /** at level `debug`; undefined if that level is off, so that no line has to be composed */
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

/** The faults of a logger, shared by all parts of a service. */
function faultsOf(logger: Logger): Faults {
  const faults = known.get(logger) ?? repeatedFaults(logger);
  known.set(logger, faults);
  return faults;
}

/** The fault source of repeating work (`repeated-faults.ts`). Never throws. */
export function faultSource(report: Report, name: string): FaultSource {
  const source: FaultSource = report.faults?.source(name) ?? { failed: report, worked: () => undefined };
  return { failed: harmless(source.failed), worked: harmless(source.worked) };
}

/** For independent single failures, each of which is reported until too many are alike. Never throws. */
export function singleFailures(report: Report): Report {
  return harmless(report.faults?.single ?? report);
}

/**
 * The same function, but it never throws, because reporting must not break the work reported on. A report that fails
 * is counted with the log lines that are missing.
 */
export function harmless<Told extends readonly unknown[]>(tell: (...told: Told) => void): (...told: Told) => void {
  return (...told) => {
    try {
      tell(...told);
    } catch {
      standardError.lost();
    }
  };
}

/** The same report, but it never throws: reporting a failure must not cause another one. */
export function harmlessReport(report: Report): Report {
  return Object.assign(harmless(report), { faults: report.faults });
}

/** The middle part of a W3C `traceparent`, which all lines of a trace share. */
export function traceIdOf(traceparent: string | null): Pick<About, 'traceId'> {
  return traceparent === null ? {} : { traceId: traceparent.slice(3, 35) };
}
