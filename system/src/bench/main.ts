import { parseArgs } from 'node:util';
import { EXIT, UsageError, withUsage } from '../cli/exit-code.ts';
import { exitCodeOf } from '../cli/exit-code-of.ts';
import { progressLine } from '../cli/progress-line.ts';
import { checkShop } from '../verify/check-shop.ts';
import type { BenchShop } from './bench-shop.ts';
import { embeddedBenchShop } from './embedded-bench-shop.ts';
import { type Load, prepareLoad } from './prepare-load.ts';
import { type Measurement, missedLine, REPORT_HEAD, reportLine, usageLines } from './report.ts';
import { runLoad } from './run-load.ts';
import { allEnded, orderEnds, settledOrders } from './settled-orders.ts';

const HELP = `npm run bench                  open-loop load on an embedded shop in a process of its own, then the checker
npm run bench -- --real        the same on five compiled services with servers of their own (compiled first where needed)
  --rates A,B,C                orders offered per second, one run each (default 500,1500,2000; real: 500,1000)
  --seconds N                  length of a run (default 10)
`;

const WARM_UP_RATE = 500;

type UsedRun = Omit<Measurement, 'settled'>;

async function main(): Promise<number> {
  const { real, rates, seconds, help } = benchArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const shop = real ? await realShop() : await embeddedBenchShop();
  try {
    for (const line of shop.about) process.stderr.write(`${line}\n`);
    const load = await prepareLoad(shop);
    // The first seconds are the compiler's; they are checked like all others, and not reported.
    const warmUp = await underLoad(load, shop, WARM_UP_RATE, shop.warmUpSeconds);
    const runs: UsedRun[] = [];
    for (const rate of rates) runs.push(await underLoad(load, shop, rate, seconds));
    // Only now, because reading the log is work for the machine that is measured.
    const accepted = [warmUp, ...runs].flatMap(({ run }) => [...run.accepted.keys()]);
    const ends = await orderEnds(shop.records, accepted);
    process.stdout.write(`${REPORT_HEAD}\n`);
    for (const used of runs) {
      const measurement = { ...used, settled: settledOrders(used.run, ends) };
      for (const line of [reportLine(measurement), ...missedLine(measurement), ...usageLines(measurement)]) process.stdout.write(`${line}\n`);
    }
    await shop.stop();
    return await verdict(shop, accepted);
  } finally {
    await shop.discard();
  }
}

/** Only who asks for it loads drivers and servers. */
async function realShop(): Promise<BenchShop> {
  const { realBenchShop } = await import('./real-bench-shop.ts');
  return realBenchShop();
}

/** A run until its last order has ended, and what everybody has used for it. */
async function underLoad(load: Load, shop: BenchShop, rate: number, seconds: number): Promise<UsedRun> {
  process.stderr.write(`${rate} orders/s for ${seconds} s\n`);
  const before = await shop.usage();
  const run = await runLoad({ ...load, rate, seconds });
  await allEnded(shop.records);
  return { rate, run, before, after: await shop.usage() };
}

async function verdict(shop: BenchShop, accepted: readonly string[]): Promise<number> {
  const progress = progressLine();
  const { violations, seen } = await checkShop(shop.records, [accepted], progress.tell).finally(progress.end);
  process.stdout.write(`checker: ${violations} violations over ${seen('orders')} orders\n`);
  return violations === 0 ? EXIT.ok : EXIT.failed;
}

function benchArguments(argv: readonly string[]) {
  const { values } = withUsage(() =>
    parseArgs({
      args: [...argv],
      options: {
        real: { type: 'boolean', default: false },
        rates: { type: 'string' },
        seconds: { type: 'string', default: '10' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  const rates = (values.rates ?? (values.real ? '500,1000' : '500,1500,2000')).split(',').map(Number);
  const seconds = Number(values.seconds);
  if (rates.some((rate) => !Number.isInteger(rate) || rate < 1 || rate > 20_000)) throw new UsageError('--rates: whole numbers from 1 to 20000');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) throw new UsageError('--seconds: a whole number from 1 to 600');
  return { real: values.real, rates, seconds, help: values.help };
}

process.exitCode = await exitCodeOf(main, HELP);
