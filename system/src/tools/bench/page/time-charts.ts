import type { RunSummary, Second } from '../summary.ts';
import type { Chart, Series } from './chart.ts';

interface Moment extends Second {
  /** Seconds since the first run began. */
  readonly at: number;
}

/** All runs in sequence, on one time axis. */
export function timeCharts(runs: readonly RunSummary[]): readonly Chart[] {
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
