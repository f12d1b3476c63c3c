import type { Logger } from 'pino';
import type { About } from './report.ts';

/** Milliseconds from one line about a fault to the next while it lasts; the last gap repeats. */
const GAPS_MS = [1000, 10_000, 60_000, 600_000] as const;
/** A fault that has not occurred for this many milliseconds is a new one when it comes again. */
const FORGOTTEN_MS = 600_000;
/** A source that has not failed for this long no longer keeps a fault open, even if it has not worked since: some jobs run seldom. */
const QUIET_MS = 5000;
/** Number of similar single failures that have a line each; of more only the number is logged. */
const SINGLE_LINES = 10;
/** Number of faults told apart; beyond it each source has one fault, so that a noisy source does not hide the faults of another. */
const FAULTS_LIMIT = 100;
const TEXT_LIMIT = 300;

/** Work that repeats by itself: a job, the writer, a probe. */
export interface FaultSource {
  failed(error: unknown, message: string, about?: About): void;
  /** Called when the work succeeded. Costs nothing while there is no fault. */
  worked(): void;
}

/**
 * Log lines about repeated faults: the first in full; then, with growing gaps, the number of those left out, without a
 * stack; and one when the fault is over. A fault that has a code is the same for all sources: when a database is away, the
 * writer, all jobs and the probes have one fault together. One that comes again soon after it was over has to be away for
 * longer and longer before it is logged as over again.
 */
export interface Faults {
  source(name: string): FaultSource;
  /** For independent single failures, such as those of messages. */
  single(error: unknown, message: string, about?: About): void;
}

interface Fault {
  /** Text of the last error. */
  text: string;
  /** The message of the first line. */
  readonly message: string;
  /** Time of the last failure of each source; minus infinity once it has worked since. Empty for single failures, which never work again. */
  readonly sources: Map<string, number>;
  firstAt: number;
  lastAt: number;
  toldAt: number;
  times: number;
  /** Lines of this outage after the first. */
  lines: number;
  /** Counts of lines left out since the last one, by message. */
  leftOut: Map<string, number>;
  /** Number of times it came back after it was over. */
  returns: number;
  isOver: boolean;
}

interface Place {
  /** The source that met the fault. */
  readonly who: string;
  readonly key: string;
}

export function repeatedFaults(logger: Pick<Logger, 'error' | 'info'>, now: () => number = () => performance.now()): Faults {
  const faults = new Map<string, Fault>();

  function met(error: unknown, who: string, key: string, message: string, at: number): { readonly fault: Fault; readonly isNew: boolean } {
    const place = faults.has(key) || faults.size < FAULTS_LIMIT ? key : `others of ${who}`;
    const known = faults.get(place);
    if (known !== undefined && !known.isOver) return { fault: known, isNew: false };
    const returns = known === undefined ? 0 : known.returns + 1;
    const began = { firstAt: at, lastAt: at, toldAt: at, times: 0, lines: 0, leftOut: new Map<string, number>(), returns, isOver: false };
    const fault = { text: textOf(error), message, sources: new Map<string, number>(), ...began };
    faults.set(place, fault);
    return { fault, isNew: true };
  }

  /** `ownLines`: number of similar failures that have a line each. */
  function failed(error: unknown, { who, key }: Place, message: string, about: About | undefined, ownLines: number): Fault {
    const at = now();
    forgetOld(at);
    const { fault, isNew } = met(error, who, key, message, at);
    fault.text = textOf(error);
    fault.lastAt = at;
    fault.times += 1;
    if (isNew && fault.returns === 0) logger.error({ ...about, err: error }, message);
    else if (isNew || fault.times <= ownLines || at - fault.toldAt >= gapAfter(fault.lines)) again(fault, message, about, at, fault.times > ownLines);
    else fault.leftOut.set(message, (fault.leftOut.get(message) ?? 0) + 1);
    return fault;
  }

  function again(fault: Fault, message: string, about: About | undefined, at: number, isSummary: boolean): void {
    const { text: err, leftOut, times } = fault;
    const summary = { times, seconds: secondsOf(at - fault.firstAt), ...(leftOut.size > 0 && { leftOut: Object.fromEntries(leftOut) }) };
    logger.error({ ...about, err, ...(isSummary && summary) }, message);
    fault.toldAt = at;
    fault.leftOut = new Map();
    if (isSummary) fault.lines += 1;
  }

  function worked(source: string): void {
    if (faults.size === 0) return;
    const at = now();
    forgetOld(at);
    for (const fault of faults.values()) {
      if (fault.isOver || !fault.sources.has(source)) continue;
      fault.sources.set(source, -Infinity);
      // A failure that happened once and went well the next time has had its line.
      if (fault.times > 1 && at - fault.lastAt >= gapBefore(fault.returns) && isQuiet(fault, at)) end(fault);
    }
  }

  function end(fault: Fault): void {
    const { text: err, times, message } = fault;
    logger.info({ err, times, seconds: secondsOf(fault.lastAt - fault.firstAt) }, `over: ${message}`);
    fault.isOver = true;
  }

  function forgetOld(at: number): void {
    for (const [key, fault] of faults) {
      if (at - fault.lastAt < FORGOTTEN_MS) continue;
      if (!fault.isOver && fault.leftOut.size > 0) end(fault);
      faults.delete(key);
    }
  }

  function sourceOf(name: string): FaultSource {
    const failedWith = (error: unknown, message: string, about?: About): void => {
      failed(error, { who: name, key: keyOf(error, name) }, message, about, 1).sources.set(name, now());
    };
    return {
      failed(error, message, about) {
        if (!(error instanceof FailuresOfSome)) failedWith(error, message, about);
        else for (const each of error.failures) failedWith(each.error, message, { ...about, ...each.about });
      },
      worked: () => worked(name),
    };
  }

  return {
    source: sourceOf,
    single(error, message, about) {
      const who = `single ${message} ${about?.topic ?? ''}`;
      failed(error, { who, key: keyOf(error, who, true) }, message, about, SINGLE_LINES);
    },
  };
}

function gapAfter(lines: number): number {
  return GAPS_MS[Math.min(lines, GAPS_MS.length - 1)] ?? 0;
}

/** Milliseconds for which a fault that has come back this many times must be away before it is over. */
function gapBefore(returns: number): number {
  return returns === 0 ? 0 : gapAfter(returns - 1);
}

function isQuiet({ sources }: Fault, at: number): boolean {
  return sources.values().every((failedAt) => at - failedAt > QUIET_MS);
}

const secondsOf = (ms: number): number => Math.round(ms / 100) / 10;

/** Key of a fault by the code of the error or of its cause; an error without a code is a separate fault for each source. */
function keyOf(error: unknown, who: string, isOwn = false): string {
  const coded = isOwn ? undefined : withCode(error);
  return coded === undefined ? `${who} ${kindOf(textOf(error))}` : kindOf(`${String(coded.code)} ${textOf(coded)}`);
}

function withCode(error: unknown): (Error & { readonly code: unknown }) | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && error.code !== undefined ? error : withCode(error.cause);
}

/** A message without the parts that vary: values in quotes, and every word with a digit (numbers, times, ids of any form). */
function kindOf(text: string): string {
  return text.replaceAll(/'[^']*'|"[^"]*"|\b[\w-]*\d[\w-]*/g, '#');
}

function textOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, TEXT_LIMIT);
}

interface Failure {
  readonly error: unknown;
  readonly about: About;
}

/** Some of many similar operations failed; `Report` reports each by itself. */
export class FailuresOfSome extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super(`${failures.length} of them failed`, { cause: failures[0]?.error });
    this.name = 'FailuresOfSome';
  }
}

/** Runs `work` for all items at once. A failure does not stop the others; afterwards `FailuresOfSome` is thrown. */
export async function forEachOf<Item>(items: readonly Item[], about: (item: Item) => About, work: (item: Item) => Promise<unknown>): Promise<void> {
  const failures: Failure[] = [];
  await Promise.all(
    items.map((item) => work(item).catch((error: unknown) => failures.push({ error, about: about(item) }))),
  );
  if (failures.length > 0) throw new FailuresOfSome(failures);
}
