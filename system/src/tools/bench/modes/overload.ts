import { type Bench, warmUp } from '../bench.ts';
import type { MeasuredRun, RunOptions } from '../measured-run.ts';
import { allEnded } from '../order-ends.ts';
import { report, said } from '../report.ts';
import type { Result, RunSummary } from '../summary.ts';

const FIRST_RATE = { embedded: 800, real: 600 };
const GROWTH = 1.2;
const MOST_STEPS = 14;
const SEARCH_SECONDS = 10;
/** Time for which the best rate found has to be held: a database can postpone the writes of ten seconds. */
const HOLD_SECONDS = 40;
/** The shop is behind if more orders are under way at the end of a step than this many seconds of it brought. */
const BEHIND_SECONDS = 1;
const REFUSED_SHARE = 0.02;
/** Length of the calm steps in seconds; longer ones tell no more. */
const CALM = { least: 30, most: 60 };
/** Tolerance for the calm p99, because single seconds are noisy. */
const NORMAL = { times: 1.5, plusMs: 100 };
/** Number of seconds in a row that must be normal. */
const STEADY_SECONDS = 3;

/** Steps up to three times the shop's best rate and back, without pauses; orders under way in one step continue in the next. */
export async function runOverload(bench: Bench): Promise<Partial<Result>> {
  const { asked, shop, signal } = bench;
  await warmUp(bench);
  const best = asked.best ?? (await bestRate(bench));
  const share = (percent: number) => Math.max(1, Math.round((best * percent) / 100));
  const calm = Math.min(CALM.most, Math.max(CALM.least, asked.seconds));
  const steps: readonly Omit<RunOptions, 'arrivals'>[] = [
    { name: '60 %, calm', rate: share(60), seconds: calm },
    ...[100, 150, 300].map((percent) => ({ name: `${percent} %`, rate: share(percent), seconds: asked.seconds, breaks: asked.breaks })),
    { name: '60 %, back', rate: share(60), seconds: calm },
  ];
  const running: Promise<MeasuredRun>[] = [];
  const over = Promise.withResolvers<void>();
  for (const step of steps) {
    if (signal.aborted) break;
    const sent = Promise.withResolvers<void>();
    const measured = bench.run({ ...step, whenSent: sent.resolve, settleWhen: over.promise });
    running.push(measured);
    // Its answers are awaited while the next step runs; a failure ends all.
    await Promise.race([sent.promise, measured]);
  }
  over.resolve();
  const measured = await Promise.all(running);
  await allEnded(shop.records, signal);
  const { runs } = await report(bench, measured);
  const findings = [asked.best === undefined ? `best rate found: ${best}/s` : `best rate given: ${best}/s`, ...runs.map((run) => stepFinding(run, best)), recovery(runs)];
  findings.forEach(said);
  return { runs, findings };
}

/** The rate that the shop completes when offered slightly more than it can do. */
async function bestRate(bench: Bench): Promise<number> {
  let best = 0;
  let rate = bench.asked.real ? FIRST_RATE.real : FIRST_RATE.embedded;
  for (let step = 0; step < MOST_STEPS && !bench.signal.aborted; step += 1) {
    const { perSecond, isBehind } = await ended(bench, { name: 'looking for the best rate', rate, seconds: SEARCH_SECONDS });
    best = Math.max(best, perSecond);
    if (isBehind) break;
    rate = Math.round(rate * GROWTH);
  }
  if (bench.signal.aborted) return Math.max(1, best);
  const held = await ended(bench, { name: 'holding the best rate', rate: Math.max(1, best), seconds: HOLD_SECONDS });
  return Math.max(1, Math.min(best, held.perSecond));
}

/** Orders a second that ended during sending; `isBehind`: they left a backlog, or more than `REFUSED_SHARE` were not accepted. */
async function ended(bench: Bench, options: Omit<RunOptions, 'arrivals'>): Promise<{ readonly perSecond: number; readonly isBehind: boolean }> {
  const { rate } = options;
  const { run, waitingAtEnd } = await bench.run(options);
  const perSecond = Math.round(((run.accepted.size - waitingAtEnd.open) * 1000) / run.elapsedMs);
  process.stderr.write(`  of ${rate}/s ${perSecond} ended, ${waitingAtEnd.open} were under way\n`);
  return { perSecond, isBehind: waitingAtEnd.open > rate * BEHIND_SECONDS || run.sent - run.accepted.size > run.sent * REFUSED_SHARE };
}

function stepFinding({ name, completedPerSecond, complete, answers, refusalMs, byDeadline, accepted, sent }: RunSummary, best: number): string {
  const share = Math.round((completedPerSecond * 100) / best);
  const turnedAway = `${Math.round(((sent - accepted) * 100) / Math.max(1, sent))} % not accepted`;
  const refused = refusalMs.count === 0 ? turnedAway : `${turnedAway}, refusals answered in p99 ${refusalMs.p99} ms`;
  return `${name}: ${completedPerSecond} completed/s (${share} % of the best), place to complete p99 ${complete.p99} ms, accepted in p99 ${answers.p99} ms, ${refused}, ${byDeadline} cancelled by a deadline`;
}

/** Time from the end of the flood until the p99 of a second, counted by its orders' due times, is back at its calm value and stays there. */
export function recovery(runs: readonly Pick<RunSummary, 'complete' | 'series'>[]): string {
  const [calm, back] = [runs[0], runs.at(-1)];
  if (calm === undefined || back === undefined || runs.length < 2) return 'the run was cut short';
  const normal = Math.max(calm.complete.p99 * NORMAL.times, calm.complete.p99 + NORMAL.plusMs);
  // The last seconds of the series only have completions that came late, and no orders of their own.
  const p99s = back.series.filter(({ sent }) => sent > 0).map(({ complete }) => complete?.[1] ?? Number.POSITIVE_INFINITY);
  const at = p99s.findIndex((_, i) => i + STEADY_SECONDS <= p99s.length && p99s.slice(i, i + STEADY_SECONDS).every((p99) => p99 <= normal));
  const limit = `at most ${Math.round(normal)} ms, after ${calm.complete.p99} ms in the calm`;
  return at === -1 ? `place to complete p99 is not normal again (${limit}) within ${p99s.length} s` : `place to complete p99 is normal again (${limit}) for orders from ${at} s after the flood`;
}
