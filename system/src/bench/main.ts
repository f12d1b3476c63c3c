import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError, EXIT } from '../cli/exit-code.ts';
import { startShopProcess } from '../shop/shop-process.ts';
import { readEmbeddedShop } from '../verify/read-embedded-shop.ts';
import { acceptedOrdersExist } from '../verify/order-rules.ts';
import { violationsOf } from '../verify/rule.ts';
import { RULES } from '../verify/rules.ts';
import { prepareLoad } from './prepare-load.ts';
import { runLoad, type LoadResult } from './run-load.ts';
import { settledOrders } from './settled-orders.ts';
import { reportLine, REPORT_HEAD } from './report.ts';

const HELP = `npm run bench                  open-loop load on an embedded shop in a process of its own, then the checker
  --rates A,B,C                orders offered per second, one run each (default 500,1500,2000)
  --seconds N                  length of a run (default 10)
`;

const WARM_UP = { rate: 500, seconds: 5 };

async function main(): Promise<number> {
  const { rates, seconds, help } = benchArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const folder = await mkdtemp(join(tmpdir(), 'souk-bench-'));
  const shop = await startShopProcess({ folder, env: { ...process.env, LOG_LEVEL: 'error' } });
  try {
    process.stderr.write(`shop ready after ${shop.readyMs} ms, ${shop.residentMb()} MB\n`);
    const load = await prepareLoad(shop);
    const accepted: string[] = [];
    // The first seconds are the compiler's; they are checked like all others, and not reported.
    const warmUp = await runLoad({ ...load, ...WARM_UP });
    await settledOrders(folder, warmUp);
    accepted.push(...warmUp.accepted.keys());
    process.stdout.write(`${REPORT_HEAD}\n`);
    for (const rate of rates) {
      const run = await measured(load, shop, folder, rate, seconds);
      accepted.push(...run.accepted.keys());
    }
    await shop.stop();
    return await verdict(folder, accepted);
  } finally {
    shop.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

type Shop = Awaited<ReturnType<typeof startShopProcess>>;

async function measured(
  load: Awaited<ReturnType<typeof prepareLoad>>,
  shop: Shop,
  folder: string,
  rate: number,
  seconds: number,
): Promise<LoadResult> {
  const cpuBefore = shop.cpuMs();
  const run = await runLoad({ ...load, rate, seconds });
  const settled = await settledOrders(folder, run);
  process.stdout.write(`${reportLine({ rate, run, settled, cpuMs: shop.cpuMs() - cpuBefore, residentMb: shop.residentMb() })}\n`);
  return run;
}

async function verdict(folder: string, accepted: readonly string[]): Promise<number> {
  const snapshot = await readEmbeddedShop(folder);
  const violations = violationsOf([...RULES, acceptedOrdersExist(accepted)], snapshot);
  for (const { promise, what } of violations.slice(0, 20)) process.stdout.write(`BROKEN ${promise}: ${what}\n`);
  process.stdout.write(`checker: ${violations.length} violations over ${snapshot.orders.length} orders\n`);
  return violations.length === 0 ? EXIT.ok : EXIT.failed;
}

function benchArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rates: { type: 'string', default: '500,1500,2000' },
      seconds: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const rates = values.rates.split(',').map(Number);
  const seconds = Number(values.seconds);
  if (rates.some((rate) => !Number.isInteger(rate) || rate < 1 || rate > 20_000)) throw new UsageError('--rates: whole numbers from 1 to 20000');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) throw new UsageError('--seconds: a whole number from 1 to 600');
  return { rates, seconds, help: values.help };
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = EXIT.usage;
}
