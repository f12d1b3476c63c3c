import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Percentiles } from '../load/latencies.ts';
import type { GrowthPoint } from '../modes/grow.ts';
import type { Result, RunSummary, Second } from '../summary.ts';
import { type Chart, chartSvg, escaped, numberText, type Series } from './chart.ts';

/** Writes the result as JSON and as a page with plots; creates the folder if needed. */
export async function saveResult(folder: string, result: Result): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([Bun.write(join(folder, 'result.json'), `${JSON.stringify(result, null, 1)}\n`), Bun.write(join(folder, 'page.html'), resultPage(result))]);
}

/** A whole result as one self-contained page. */
function resultPage(result: Result): string {
  const { command, at, machine, seed, runs, findings, growth, raw, checker } = result;
  const parts = [
    `<h1>Souk under load</h1>`,
    `<p><code>${escaped(command)}</code></p>`,
    `<p>${escaped(at)}, seed ${seed}</p>${list(machine)}`,
    `<p class="verdict">${escaped(checker)}</p>`,
    findings.length > 0 ? `<h2>Findings</h2>${list(findings)}` : '',
    runs.length > 0 ? `<h2>Runs</h2>${runTable(runs)}` : '',
    ...timeCharts(runs).map(chartSvg),
    runs.length > 0 ? chartSvg(percentileChart('Placed until completed', runs, ({ complete }) => complete)) : '',
    runs.length > 0 ? chartSvg(percentileChart('Placed until answered', runs, ({ answers }) => answers)) : '',
    ...runs.map(runDetails),
    ...(growth === undefined ? [] : [`<h2>As it grows</h2>`, ...growthCharts(growth).map(chartSvg), growthTable(growth)]),
    ...(raw === undefined ? [] : [`<h2>What the machine can do without the shop</h2>${table(['part', 'per second'], raw.map(({ what, perSecond }) => [what, numberText(perSecond)]))}`]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Souk: ${escaped(command)}</title><style>${STYLE}</style></head>
<body>${parts.filter((part) => part !== '').join('\n')}</body></html>
`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:880px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{margin-top:2.2rem;border-bottom:1px solid #ccc}code{font-size:.9em;background:#f2f2f2;padding:.1em .3em}
table{border-collapse:collapse;width:100%;font-size:.85rem;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}
th,td{padding:.25em .55em;text-align:right;border-bottom:1px solid #e2e2e2;white-space:nowrap}th:first-child,td:first-child{text-align:left}th{background:#f5f5f5;white-space:normal;vertical-align:bottom}
figure{margin:1.6rem 0}figcaption{font-weight:600;margin-bottom:.3rem}figure>svg{width:100%;height:auto}
.axes text,text.mark{font-size:12px;fill:#333}.grid{stroke:#e4e4e4}.tick{stroke:#888}.line{fill:none;stroke-width:2}line.mark{stroke:#777;stroke-dasharray:2 3}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:.2rem 0 0 64px;font-size:.85rem}.legend svg{vertical-align:middle}
.verdict{font-weight:600}details{margin:.4rem 0}summary{cursor:pointer}`;

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

const RUN_HEAD = ['run', 'offered/s', 'accepted', 'completed/s', 'refused', 'unknown', 'by a deadline', 'answer p50', 'p99 ms', 'complete p50', 'p99 ms', 'refusal p99 ms', 'oldest waiting ms', 'CPU us/order'];

function runTable(runs: readonly RunSummary[]): string {
  return table(
    RUN_HEAD,
    runs.map((run) => [
      run.name,
      ...[run.offeredPerSecond, run.accepted, run.completedPerSecond, sum(Object.values(run.refused)), run.unknown, run.byDeadline].map(numberText),
      ...[run.answers.p50, run.answers.p99, run.complete.p50, run.complete.p99].map(numberText),
      run.refusalMs.count === 0 ? 'none' : numberText(run.refusalMs.p99),
      ...[run.waitingAtEnd.oldestMs, sum(run.processes.map(({ cpuUsPerOrder }) => cpuUsPerOrder))].map(numberText),
    ]),
  );
}

function runDetails({ name, ends, refused, unknown, processes, generator, countersPerOrder, refusals }: RunSummary): string {
  const outcomes = [...Object.entries(ends), ...Object.entries(refused).map(([why, count]) => [`refused with ${why}`, count] as const), ['unknown', unknown] as const];
  const refusalRows = Object.entries(refusals).map(([status, one]) => [
    status,
    numberText(one.count),
    ...[one.ms.p50, one.ms.p99, one.ms.max].map(numberText),
    one.retryAfterS === undefined ? 'none' : `${one.retryAfterS.least} to ${one.retryAfterS.most}`,
  ]);
  const shares = processes.map((one) => [one.name, ...[one.cpuUsPerOrder, one.residentMb].map(numberText), bytes(one.writtenPerOrder), bytes(one.readPerOrder)]);
  return `<details><summary>${escaped(name)} in detail</summary>
${table(['outcome', 'orders'], outcomes.map(([end, count]) => [end, numberText(count)]))}
${table(['process', 'CPU us per order', 'MB', 'bytes written per order', 'bytes read per order'], shares)}
<p>Generator: ${numberText(generator.requests)} requests at ${numberText(generator.cpuUsPerRequest)} us, ${numberText(generator.cpuPercent)} % of a core, ${numberText(generator.connections)} connections at once.</p>
${refusalRows.length === 0 ? '' : table(['answer that refuses', 'answers', 'p50 ms', 'p99 ms', 'most ms', 'Retry-After s'], refusalRows)}
${Object.keys(countersPerOrder).length === 0 ? '' : table(['MySQL, per completed order', ''], Object.entries(countersPerOrder).map(([counter, value]) => [counter, numberText(value)]))}</details>`;
}

/** The share of orders that took longer falls tenfold from tick to tick. */
function percentileChart(title: string, runs: readonly RunSummary[], of: (run: RunSummary) => Percentiles): Chart {
  const at = ({ p50, p90, p99, p999 }: Percentiles) => [[2, p50], [10, p90], [100, p99], [1000, p999]] as const;
  const series = runs.filter((run) => of(run).count > 0).map((run) => ({ name: run.name, values: at(of(run)) }));
  return { title, unit: 'ms', xTitle: 'one order in so many took longer: 2 is p50, 10 p90, 100 p99, 1,000 p99.9', series, logarithmic: true, logarithmicX: true };
}

function growthTable(growth: NonNullable<Result['growth']>): string {
  const tables = [...new Set(growth.flatMap(({ bytesPerOrder }) => Object.keys(bytesPerOrder)))].toSorted();
  const rows = tables.map((name) => [name, ...growth.map(({ bytesPerOrder }) => numberText(bytesPerOrder[name] ?? 0))]);
  const total = ['all', ...growth.map(({ bytesPerOrder }) => numberText(sum(Object.values(bytesPerOrder))))];
  return `<details><summary>Bytes kept per order, by table</summary>${table(['table', ...growth.map(({ stored }) => `at ${numberText(stored)}`)], [total, ...rows])}</details>`;
}

const bytes = (value: number | undefined): string => (value === undefined ? 'unknown' : numberText(value));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface Moment extends Second {
  /** Seconds since the first run began. */
  readonly at: number;
}

/** All runs in sequence, on one time axis. */
function timeCharts(runs: readonly RunSummary[]): readonly Chart[] {
  const first = runs[0]?.startedAt ?? 0;
  const since = (ms: number) => Math.round((ms - first) / 100) / 10;
  const moments = runs.flatMap((run) => run.series.map((second): Moment => ({ ...second, at: since(run.startedAt) + second.second })));
  const byTime = merged(moments);
  const xMost = byTime.at(-1)?.at ?? 0;
  let row = 0;
  const marks = [
    ...runs.map(({ name, startedAt }) => ({ x: since(startedAt), text: name, row: 0 })),
    ...runs.flatMap(({ startedAt, incidents }) => incidents.map(({ second, what }) => ({ x: since(startedAt) + second, text: what, row: 1 + (row++ % 3) }))),
  ];
  const of = (name: string, value: (moment: Moment) => number | null): Series => ({ name, values: byTime.map((moment) => [moment.at, value(moment)] as const) });
  const common = { xTitle: 'seconds', marks, xMost };
  const processes = [...new Set(byTime.flatMap(({ cpu }) => Object.keys(cpu)))];
  const cpu = byTime.filter((moment) => Object.keys(moment.cpu).length > 0);
  return [
    {
      ...common,
      title: 'Orders',
      unit: 'per second',
      series: [of('offered', ({ sent }) => sent), of('accepted', ({ accepted }) => accepted), of('completed', ({ completed }) => completed), of('refused', ({ refused }) => refused)],
    },
    {
      ...common,
      title: 'From when it should have been sent',
      unit: 'ms',
      logarithmic: true,
      series: [
        of('answered, p50', ({ answer }) => answer?.[0] ?? null),
        of('answered, p99', ({ answer }) => answer?.[1] ?? null),
        of('completed, p50', ({ complete }) => complete?.[0] ?? null),
        of('completed, p99', ({ complete }) => complete?.[1] ?? null),
      ],
    },
    {
      ...common,
      title: 'Processor',
      unit: 'percent of one core',
      stacked: true,
      series: processes.map((name) => ({ name, values: cpu.map((moment) => [moment.at, moment.cpu[name] ?? 0] as const) })),
    },
  ];
}

/** Merges moments into one for each second: orders due in one run may be completed during the next, which begins at once. */
function merged(moments: readonly Moment[]): readonly Moment[] {
  const bySecond = new Map<number, Moment>();
  for (const moment of moments) {
    const at = Math.round(moment.at);
    const other = bySecond.get(at);
    bySecond.set(at, other === undefined ? { ...moment, at } : together(other, moment));
  }
  return [...bySecond.values()].toSorted((a, b) => a.at - b.at);
}

function together(one: Moment, other: Moment): Moment {
  return {
    ...one,
    sent: one.sent + other.sent,
    accepted: one.accepted + other.accepted,
    refused: one.refused + other.refused,
    completed: one.completed + other.completed,
    answer: other.answer ?? one.answer,
    complete: other.complete ?? one.complete,
    cpu: Object.keys(other.cpu).length > 0 ? other.cpu : one.cpu,
  };
}

/** All figures against the number of stored orders. */
function growthCharts(points: readonly GrowthPoint[]): readonly Chart[] {
  const common = { xTitle: 'orders stored', logarithmicX: true };
  const against = (name: string, of: (point: GrowthPoint) => number | undefined) => ({
    name,
    values: points.map((point) => [point.stored, of(point) ?? null] as const),
  });
  const processes = [...new Set(points.flatMap(({ cpuUsPerOrder }) => Object.keys(cpuUsPerOrder)))];
  const reads = [...new Set(points.flatMap(({ reads: all }) => Object.keys(all)))];
  return [
    { ...common, title: 'Processor for an order', unit: 'us', series: processes.map((name) => against(name, ({ cpuUsPerOrder }) => cpuUsPerOrder[name])) },
    {
      ...common,
      title: 'Bytes for an order',
      unit: 'bytes',
      series: [
        against('kept', ({ bytesPerOrder }) => sum(Object.values(bytesPerOrder))),
        against('written', ({ writtenPerOrder }) => writtenPerOrder),
        against('read', ({ readPerOrder }) => readPerOrder),
      ],
    },
    { ...common, title: 'Reads, p99', unit: 'ms', logarithmic: true, series: reads.map((name) => against(name, ({ reads: all }) => all[name]?.p99)) },
  ];
}
