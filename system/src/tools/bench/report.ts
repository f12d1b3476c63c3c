import type { Bench } from './bench.ts';
import type { MeasuredRun } from './measured-run.ts';
import { orderEnds } from './order-ends.ts';
import { type ProcessShare, type Result, type RunSummary, summaryOf } from './summary.ts';

/** Reports only when all have run, because reading the log is work for the measured machine. */
export async function report({ shop, signal }: Pick<Bench, 'shop' | 'signal'>, measured: readonly MeasuredRun[]): Promise<Pick<Result, 'runs'>> {
  // After an early stop it reports what has ended so far.
  const wanted = signal.aborted ? [] : measured.flatMap(({ run }) => [...run.accepted.keys()]);
  const ends = await orderEnds(shop.records, wanted);
  const runs = measured.map((one) => summaryOf(one, ends));
  said(REPORT_HEAD);
  for (const run of runs) [reportLine(run), ...detailLines(run)].forEach(said);
  return { runs };
}

/** Prints a line of the report. */
export function said(line: string): void {
  process.stdout.write(`${line}\n`);
}

const COLUMNS = ['offered/s', 'accepted/s', 'completed/s', 'refused', 'answer p50', 'p99 ms', 'complete p50', 'p99 ms', 'CPU us/order', 'MB'];

const REPORT_HEAD = COLUMNS.map((name) => name.padStart(12)).join(' ');

/** One run in the columns of REPORT_HEAD, which every run has, so that runs can be compared. */
export function reportLine(run: RunSummary): string {
  const values = [
    run.offeredPerSecond,
    Math.round((run.accepted * 1000) / Math.max(1, run.elapsedMs)),
    run.completedPerSecond,
    total(Object.values(run.refused)),
    whole(run.answers.p50),
    whole(run.answers.p99),
    whole(run.complete.p50),
    whole(run.complete.p99),
    total(run.processes.map(({ cpuUsPerOrder }) => cpuUsPerOrder)),
    total(run.processes.map(({ residentMb }) => residentMb)),
  ];
  return values.map((value) => String(value).padStart(12)).join(' ');
}

/** Everything that the columns do not show, a sentence or a figure per line. */
export function detailLines(run: RunSummary): readonly string[] {
  return [
    ...missedLines(run),
    percentileLine('answered after ms', run.answers),
    percentileLine('completed after ms', run.complete),
    ...refusalLines(run),
    `  under way when the last was sent: ${run.waitingAtEnd.open}, the oldest for ${run.waitingAtEnd.oldestMs} ms; all ended ${run.drainMs} ms after it`,
    ...followUpLines(run),
    ...(run.processes.length === 1 ? bytesLine(run.processes) : run.processes.map(processLine)),
    ...counterLine(run),
    generatorLine(run),
    ...run.incidents.map(({ second, what }) => `  second ${second}: ${what}`),
  ];
}

function missedLines({ refused, ends, unknown, unanswered, byDeadline }: RunSummary): readonly string[] {
  const { completed = 0, ...otherwise } = ends;
  const parts = [`${completed} completed`, ...Object.entries(otherwise).map(([end, orders]) => `${orders} ${end}`)];
  const refusals = Object.entries(refused).map(([why, orders]) => `${orders} refused with ${why}`);
  return [
    `  ${[...parts, ...refusals, ...(unknown > 0 ? [`${unknown} unknown`] : [])].join(', ')}`,
    ...Object.entries(unanswered).map(([why, orders]) => `  ${orders} had no answer (${why}) and were asked for afterwards`),
    ...(byDeadline > 0 ? [`  ${byDeadline} CANCELLED BY A DEADLINE`] : []),
  ];
}

function refusalLines({ refusals }: RunSummary): readonly string[] {
  return Object.entries(refusals).map(([status, { count, ms, retryAfterS }]) => {
    const after = retryAfterS === undefined ? 'without Retry-After' : `Retry-After ${retryAfterS.least} to ${retryAfterS.most} s`;
    return `  ${count} answers ${status}, ${after}; after ms p50 ${ms.p50} p99 ${ms.p99} max ${ms.max}`;
  });
}

function percentileLine(what: string, { p50, p90, p99, p999, max }: RunSummary['answers']): string {
  return `  ${what}: p50 ${p50} p90 ${p90} p99 ${p99} p99.9 ${p999} max ${max}`;
}

function followUpLines({ followUps: { cancellations, repeats } }: RunSummary): readonly string[] {
  const line = (what: string, counts: Readonly<Record<string, number>>) =>
    Object.keys(counts).length === 0 ? [] : [`  ${what}: ${Object.entries(counts).map(([how, times]) => `${times} ${how}`).join(', ')}`];
  return [...line('asked to be cancelled', cancellations), ...line('sent twice', repeats)];
}

function processLine({ name, cpuUsPerOrder, residentMb, ...bytes }: ProcessShare): string {
  return `${name.padStart(12)} ${`${cpuUsPerOrder} us CPU per order`.padStart(26)} ${`${residentMb} MB`.padStart(8)}${bytesOf(bytes)}`;
}

function bytesLine(processes: readonly ProcessShare[]): readonly string[] {
  return processes.flatMap((one) => (one.writtenPerOrder === undefined ? [] : [`  per order${bytesOf(one)}`]));
}

function bytesOf({ writtenPerOrder, readPerOrder }: Pick<ProcessShare, 'writtenPerOrder' | 'readPerOrder'>): string {
  return writtenPerOrder === undefined ? '' : `, ${kilobytes(writtenPerOrder)} kB written, ${kilobytes(readPerOrder ?? 0)} kB read`;
}

function counterLine({ countersPerOrder: counted }: RunSummary): readonly string[] {
  if (Object.keys(counted).length === 0) return [];
  const rows = ['inserted', 'updated', 'deleted', 'read'].map((how) => `${counted[`Innodb_rows_${how}`] ?? 0} rows ${how}`);
  const bytes = ['written', 'read'].map((how) => `${kilobytes(counted[`Innodb_data_${how}`] ?? 0)} kB ${how}`);
  return [`  MySQL per order: ${rows.join(', ')}; ${bytes.join(', ')}; ${counted.Com_commit ?? 0} commits`];
}

function generatorLine({ generator: { requests, cpuUsPerRequest, cpuPercent, connections, heldBack, residentMb } }: RunSummary): string {
  const held = heldBack === 0 ? '' : `; ${heldBack} WAITED FOR A CONNECTION`;
  return `  generator: ${requests} requests at ${cpuUsPerRequest} us (${cpuPercent} % of a core), ${connections} connections, ${residentMb} MB${held}`;
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
const whole = (ms: number): number => Math.round(ms);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
