import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { EXIT, exitCodeOf } from '../../cli/errors.ts';
import { progressLine } from '../../cli/progress-line.ts';
import { checkShop } from '../../verify/check-shop.ts';
import { BENCH_HELP, BENCH_USAGE, benchArguments } from './bench-arguments.ts';
import { type Bench, prepareBench, promisedOrders } from './bench.ts';
import { runHot, runRates } from './modes/fixed-rates.ts';
import { runGrow } from './modes/grow.ts';
import { runOverload } from './modes/overload.ts';
import { saveResult } from './page/page.ts';
import { openPages } from './pages.ts';
import type { RawPart } from './raw/raw-parts.ts';
import { said } from './report.ts';
import type { BenchShop } from './shop/bench-shop.ts';
import { embeddedBenchShop } from './shop/embedded-bench-shop.ts';
import type { Result } from './summary.ts';

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const asked = benchArguments(argv);
  if (asked.help) {
    process.stdout.write(BENCH_HELP);
    return EXIT.ok;
  }
  const signal = stopSignal();
  const machine = machineLine();
  process.stderr.write(`${machine}\n`);
  await using promised = await promisedOrders();
  const shop = asked.real ? await realShop(asked.replicas) : await embeddedBenchShop();
  try {
    for (const line of shop.about) process.stderr.write(`${line}\n`);
    const measured = await watched({ asked, shop, signal, promised });
    await shop.stop();
    // After the shop has stopped, so that the parts have the machine to themselves.
    const raw = asked.raw && !signal.aborted ? await rawParts(shop) : undefined;
    // Orders of a shop that was stopped early have not ended, and the checker would report each of them.
    const { violations, checker } = signal.aborted ? CUT_SHORT : await verdict(shop, promised);
    const result: Result = {
      command: `npm run bench -- ${argv.join(' ')}`,
      mode: asked.mode,
      seed: asked.seed,
      at: new Date().toISOString(),
      machine: [machine, ...shop.about],
      runs: [],
      findings: [],
      wrong: [],
      ...measured,
      ...(raw && { raw }),
      checker,
    };
    if (asked.out !== undefined) await saveResult(asked.out, result);
    for (const sentence of result.wrong) said(`WRONG: ${sentence}`);
    said(checker);
    return violations === 0 && result.wrong.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await shop.discard();
  }
}

/** Measures while as many pages of the console read along as were asked for. */
async function watched(given: Pick<Bench, 'asked' | 'shop' | 'signal' | 'promised'>): Promise<Partial<Result>> {
  const bench = await prepareBench(given);
  if (given.asked.pages === 0) return measure(bench);
  await using pages = await openPages(given.shop, given.asked.pages);
  const measured = await measure(bench);
  said(pages.report());
  return measured;
}

function measure(bench: Bench): Promise<Partial<Result>> {
  const { mode } = bench.asked;
  switch (mode) {
    case 'rates':
      return runRates(bench);
    case 'overload':
      return runOverload(bench);
    case 'grow':
      return runGrow(bench);
    case 'hot':
      return runHot(bench);
    default:
      return mode satisfies never;
  }
}

const CUT_SHORT = { violations: 1, checker: 'checker: not run, because the bench was stopped before its end' };

/** Imported here so that only `--real` loads drivers and servers. */
async function realShop(replicas: number): Promise<BenchShop> {
  const { realBenchShop } = await import('./shop/real-bench-shop.ts');
  return realBenchShop({}, replicas);
}

/** Imported here so that only `--raw` loads what it measures. */
async function rawParts(shop: BenchShop): Promise<readonly RawPart[]> {
  return (await import('./raw/raw-parts.ts')).rawParts(shop);
}

/** The first Ctrl-C ends the current run and reports it; the second one ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const stopping = () => {
    process.stderr.write('stopping; press Ctrl-C again to stop at once\n');
    stop.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stopping);
  return stop.signal;
}

async function verdict(shop: BenchShop, promised: Awaited<ReturnType<typeof promisedOrders>>): Promise<{ violations: number; checker: string }> {
  const progress = progressLine();
  const { violations, seen } = await checkShop(shop.records, promised.batches(), progress.tell).finally(progress.end);
  return { violations, checker: `checker: ${violations} violations over ${seen('orders')} orders` };
}

/** The measured machine in one line: without it figures say nothing. */
function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} x ${model}, ${memory} GB, Linux ${release()}, Bun ${Bun.version}; generator on the same machine`;
}

process.exitCode = await exitCodeOf(main, BENCH_USAGE);
