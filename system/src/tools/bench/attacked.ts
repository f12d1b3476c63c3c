import { parseArgs } from 'node:util';
import { ALL_LIMITS } from '../../shop/limit-settings.ts';
import { ATTACKS } from '../attacks/attacks.ts';
import { attackTarget, bystander, honestRequest, type Seen, type Target } from '../attacks/attack-target.ts';
import { EXIT, exitCodeOf, withUsage } from '../../cli/errors.ts';
import type { ServiceName } from '@souk/contracts/services';
import type { BenchShop } from './shop/bench-shop.ts';
import { embeddedBenchShop } from './shop/embedded-bench-shop.ts';
import { realBenchShop } from './shop/real-bench-shop.ts';

const HELP = `npm run bench:attacks        how long honest callers wait while the shop is attacked, and while it is not: embedded
  --real                     five compiled services on real servers
`;

const IDLE_MS = 3000;
const HEAD = ['row  while'.padEnd(70), ...['idle p50', 'p50 ms', 'idle most', 'most ms', 'longer', 'refused'].map((name) => name.padStart(11))].join('');

async function main(): Promise<number> {
  const { values } = withUsage(() =>
    parseArgs({ options: { real: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } }),
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const shop = await (values.real ? realBenchShop(ALL_LIMITS) : embeddedBenchShop(ALL_LIMITS));
  try {
    return await measure(shop);
  } finally {
    await shop.discard();
  }
}

/** Fails if an attack got what it wanted; people judge how long others waited. */
async function measure({ urls, accounts, stop }: BenchShop): Promise<number> {
  const target = await attackTarget(urls, accounts.admin);
  process.stdout.write(`${HEAD}\n`);
  let code: number = EXIT.ok;
  for (const { row, title, service, run } of ATTACKS) {
    const idle = await watched(target, service, () => Bun.sleep(IDLE_MS));
    let wrong: readonly string[] = [];
    const attacked = await watched(target, service, async () => void (wrong = await run(target)));
    report(`${row.padEnd(5)}${title}`, idle, attacked);
    for (const sentence of wrong) process.stdout.write(`     ${sentence}\n`);
    if (wrong.length > 0) code = EXIT.failed;
  }
  await stop();
  return code;
}

async function watched(target: Target, service: ServiceName, work: () => Promise<void>): Promise<Seen> {
  const honest = bystander(honestRequest(target, service));
  await work();
  return honest.leave();
}

function report(what: string, idle: Seen, attacked: Seen): void {
  const refused = Object.entries(attacked.statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0);
  const times = [idle.medianMs, attacked.medianMs, idle.slowestMs, attacked.slowestMs, attacked.slowestMs - idle.slowestMs];
  const values = [...times.map((ms) => ms.toFixed(1)), String(refused)];
  process.stdout.write(`${what.padEnd(70)}${values.map((value) => value.padStart(11)).join('')}\n`);
}

process.exitCode = await exitCodeOf(main, HELP);
