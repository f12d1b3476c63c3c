import { type Bench, warmUp } from '../bench.ts';
import type { MeasuredRun } from '../measured-run.ts';
import { orderEnds } from '../order-ends.ts';
import { type Result, said } from '../result.ts';
import { summaryOf } from '../summary.ts';
import { detailLines, REPORT_HEAD, reportLine } from '../report.ts';

/** One run for each requested rate. */
export async function runRates(bench: Bench): Promise<Partial<Result>> {
  const { asked, signal } = bench;
  await warmUp(bench);
  const runs: MeasuredRun[] = [];
  for (const rate of asked.rates) {
    if (signal.aborted) break;
    runs.push(await bench.run({ name: `${rate}/s`, rate, seconds: asked.seconds, breaks: asked.breaks }));
  }
  return report(bench, runs);
}

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
