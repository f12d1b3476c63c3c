import { type Percentiles, percentilesOf } from './load/latencies.ts';
import type { Refusals } from './load/outcomes.ts';
import type { Incident, MeasuredRun, Sample } from './measured-run.ts';
import type { GrowthPoint } from './modes/grow.ts';
import { type OrderEnds, type SettledRun, settledRun, type WaitingOrders } from './order-ends.ts';
import type { RawPart } from './raw/raw-parts.ts';
import type { Usage } from './shop/bench-shop.ts';

/** Everything that one command has measured, for the JSON file and the page. */
export interface Result {
  readonly command: string;
  readonly mode: string;
  readonly seed: number;
  readonly at: string;
  /** The machine and the versions it ran on, a line each. */
  readonly machine: readonly string[];
  readonly runs: readonly RunSummary[];
  /** Sentences about the result as a whole. */
  readonly findings: readonly string[];
  readonly growth?: readonly GrowthPoint[];
  readonly raw?: readonly RawPart[];
  /** Promises of the shop that the run itself found broken, a sentence each. */
  readonly wrong: readonly string[];
  readonly checker: string;
}

/** Figures of one run, for the page and the JSON file. */
export interface RunSummary {
  readonly name: string;
  readonly offeredPerSecond: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly sent: number;
  readonly accepted: number;
  /** Refused orders by their final cause. */
  readonly refused: Readonly<Record<string, number>>;
  /** Orders whose outcome could not be found out. */
  readonly unknown: number;
  /** Orders without an answer, by cause; they were asked for afterwards. */
  readonly unanswered: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly byDeadline: number;
  readonly completed: number;
  /** Completed in the window of the run, per second of that window. */
  readonly completedPerSecond: number;
  readonly drainMs: number;
  readonly waitingAtEnd: WaitingOrders;
  readonly answers: Percentiles;
  readonly complete: Percentiles;
  readonly refusals: Readonly<Record<string, Refusals>>;
  readonly refusalMs: Percentiles;
  readonly processes: readonly ProcessShare[];
  /** MySQL's counters, per completed order. */
  readonly countersPerOrder: Readonly<Record<string, number>>;
  readonly generator: GeneratorShare;
  readonly followUps: { readonly cancellations: Readonly<Record<string, number>>; readonly repeats: Readonly<Record<string, number>> };
  readonly series: readonly Second[];
  readonly incidents: readonly { readonly second: number; readonly what: string }[];
}

/** The resources of one process per order, the drain included if the run was drained. */
export interface ProcessShare {
  readonly name: string;
  readonly cpuUsPerOrder: number;
  readonly residentMb: number;
  readonly writtenPerOrder?: number;
  readonly readPerOrder?: number;
}

export interface GeneratorShare {
  readonly requests: number;
  readonly cpuUsPerRequest: number;
  /** Percent of one processor while it sent. */
  readonly cpuPercent: number;
  readonly residentMb: number;
  readonly connections: number;
  readonly heldBack: number;
}

/** Answers and completion times count in the second in which their orders were due; `completed` in the second of completion. */
export interface Second {
  readonly second: number;
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  readonly completed: number;
  readonly answer: readonly [p50: number, p99: number] | null;
  readonly complete: readonly [p50: number, p99: number] | null;
  /** Percent of one processor, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

export function summaryOf(measured: MeasuredRun, all: OrderEnds): RunSummary {
  const { name, rate, run, waitingAtEnd } = measured;
  const settled = settledRun(run, all);
  const orders = measured.isDrained ? settled.completed : settled.completedInWindow;
  return {
    name,
    offeredPerSecond: rate,
    startedAt: Math.round(run.startedAt),
    elapsedMs: Math.round(run.elapsedMs),
    sent: run.sent,
    accepted: run.accepted.size,
    refused: Object.fromEntries(run.refused),
    unknown: run.unknown.length,
    unanswered: Object.fromEntries(run.unanswered),
    ends: settled.ends,
    byDeadline: settled.byDeadline,
    completed: settled.completed,
    completedPerSecond: perSecond(settled.completedInWindow, run.elapsedMs),
    drainMs: settled.drainMs,
    waitingAtEnd,
    answers: run.answers,
    complete: settled.complete,
    refusals: Object.fromEntries(run.refusals),
    refusalMs: run.refusalMs,
    processes: sharesOf(measured, orders),
    countersPerOrder: countersOf(measured, orders),
    generator: generatorOf(measured),
    followUps: { cancellations: Object.fromEntries(run.followUps.cancellations), repeats: Object.fromEntries(run.followUps.repeats) },
    series: seriesOf(measured, settled),
    incidents: measured.incidents.map((incident) => ({ second: secondOf(incident, run.startedAt), what: incident.what })),
  };
}

function sharesOf({ before, after }: Pick<MeasuredRun, 'before' | 'after'>, orders: number): readonly ProcessShare[] {
  return Object.entries(after).map(([name, usage]) => shareOf(name, before[name], usage, Math.max(1, orders)));
}

function shareOf(name: string, before: Usage | undefined, after: Usage, orders: number): ProcessShare {
  const bytes = (now: number | undefined, then: number | undefined) => (now === undefined ? undefined : Math.round((now - (then ?? 0)) / orders));
  const [written, read] = [bytes(after.writtenBytes, before?.writtenBytes), bytes(after.readBytes, before?.readBytes)];
  return {
    name,
    cpuUsPerOrder: Math.round(((after.cpuMs - (before?.cpuMs ?? 0)) * 1000) / orders),
    residentMb: after.residentMb,
    ...(written !== undefined && { writtenPerOrder: written }),
    ...(read !== undefined && { readPerOrder: read }),
  };
}

function countersOf({ countersBefore, countersAfter }: MeasuredRun, orders: number): Record<string, number> {
  const perOrder = ([name, value]: readonly [string, number]) => [name, round((value - (countersBefore[name] ?? 0)) / Math.max(1, orders))] as const;
  return Object.fromEntries(Object.entries(countersAfter).map(perOrder));
}

function generatorOf({ run }: MeasuredRun): GeneratorShare {
  return {
    requests: run.requests,
    cpuUsPerRequest: Math.round((run.generatorCpuMs * 1000) / Math.max(1, run.requests)),
    cpuPercent: round((run.generatorCpuMs * 100) / Math.max(1, run.elapsedMs)),
    residentMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    connections: run.connections,
    heldBack: run.heldBack,
  };
}

function seriesOf({ run, samples }: MeasuredRun, { seconds }: SettledRun): Second[] {
  const length = Math.max(run.seconds.length, seconds.length);
  const cpu = cpuBySecond(samples, run.startedAt);
  return Array.from({ length }, (_, second) => {
    const [asked, done] = [run.seconds[second], seconds[second]];
    return {
      second,
      sent: asked?.sent ?? 0,
      accepted: asked?.accepted ?? 0,
      refused: asked?.refused ?? 0,
      completed: done?.completed ?? 0,
      answer: middleAndMost(asked?.answerMs),
      complete: middleAndMost(done?.completeMs),
      cpu: cpu.get(second) ?? {},
    };
  });
}

function middleAndMost(values: readonly number[] | undefined): readonly [number, number] | null {
  if (values === undefined || values.length === 0) return null;
  const { p50, p99 } = percentilesOf(values);
  return [p50, p99];
}

function cpuBySecond(samples: readonly Sample[], startedAt: number): Map<number, Record<string, number>> {
  const bySecond = new Map<number, Record<string, number>>();
  for (const [i, { at, usage }] of samples.entries()) {
    const before = samples[i - 1];
    if (before === undefined || at - before.at < 100) continue;
    const percent = ([name, { cpuMs }]: readonly [string, Usage]) => {
      const used = cpuMs - (before.usage[name]?.cpuMs ?? 0);
      return [name, round(Math.max(0, (used * 100) / (at - before.at)))] as const;
    };
    bySecond.set(Math.max(0, Math.floor((before.at - startedAt) / 1000)), Object.fromEntries(Object.entries(usage).map(percent)));
  }
  return bySecond;
}

const secondOf = ({ at }: Incident, startedAt: number): number => round((at - startedAt) / 1000);

const perSecond = (count: number, ms: number): number => Math.round((count * 1000) / Math.max(1, ms));

const round = (value: number): number => Math.round(value * 10) / 10;
