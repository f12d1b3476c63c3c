import { parseArgs } from 'node:util';
import { UsageError, EXIT } from '../cli/exit-code.ts';
import { acceptedOrdersExist } from '../verify/order-rules.ts';
import { readSnapshot } from '../verify/read-snapshot.ts';
import { violationsOf } from '../verify/rule.ts';
import { RULES } from '../verify/rules.ts';
import type { BenchShop } from './bench-shop.ts';
import { embeddedBenchShop } from './embedded-bench-shop.ts';
import { type Load, prepareLoad } from './prepare-load.ts';
import { REPORT_HEAD, reportLine, usageLines } from './report.ts';
import { runLoad, type LoadResult } from './run-load.ts';
import { settledOrders } from './settled-orders.ts';

const HELP = `npm run bench                  open-loop load on an embedded shop in a process of its own, then the checker
npm run bench -- --real        the same on five compiled services with servers of their own (after npm run compile)
  --rates A,B,C                orders offered per second, one run each (default 500,1500,2000; real: 500,1000)
  --seconds N                  length of a run (default 10)
`;

const WARM_UP_RATE = 500;

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
    const accepted: string[] = [];
    // The first seconds are the compiler's; they are checked like all others, and not reported.
    const warmUp = await runLoad({ ...load, rate: WARM_UP_RATE, seconds: shop.warmUpSeconds });
    await settledOrders(shop.records, warmUp);
    accepted.push(...warmUp.accepted.keys());
    process.stdout.write(`${REPORT_HEAD}\n`);
    for (const rate of rates) {
      const run = await measured(load, shop, rate, seconds);
      accepted.push(...run.accepted.keys());
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

async function measured(load: Load, shop: BenchShop, rate: number, seconds: number): Promise<LoadResult> {
  const before = await shop.usage();
  const run = await runLoad({ ...load, rate, seconds });
  const settled = await settledOrders(shop.records, run);
  const measurement = { rate, run, settled, before, after: await shop.usage() };
  for (const line of [reportLine(measurement), ...usageLines(measurement)]) process.stdout.write(`${line}\n`);
  return run;
}

async function verdict(shop: BenchShop, accepted: readonly string[]): Promise<number> {
  const snapshot = await readSnapshot(shop.records);
  const violations = violationsOf([...RULES, acceptedOrdersExist(accepted)], snapshot);
  for (const { promise, what } of violations.slice(0, 20)) process.stdout.write(`BROKEN ${promise}: ${what}\n`);
  process.stdout.write(`checker: ${violations.length} violations over ${snapshot.orders.length} orders\n`);
  return violations.length === 0 ? EXIT.ok : EXIT.failed;
}

function benchArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      real: { type: 'boolean', default: false },
      rates: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const rates = (values.rates ?? (values.real ? '500,1000' : '500,1500,2000')).split(',').map(Number);
  const seconds = Number(values.seconds);
  if (rates.some((rate) => !Number.isInteger(rate) || rate < 1 || rate > 20_000)) throw new UsageError('--rates: whole numbers from 1 to 20000');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) throw new UsageError('--seconds: a whole number from 1 to 600');
  return { real: values.real, rates, seconds, help: values.help };
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = EXIT.usage;
}
