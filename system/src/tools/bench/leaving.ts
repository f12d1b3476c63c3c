import { parseArgs } from 'node:util';
import { EXIT, exitCodeOf, UsageError, withUsage } from '../../cli/errors.ts';
import { shopClient } from '../../shop/shop-client.ts';
import { embeddedBenchShop } from './shop/embedded-bench-shop.ts';
import { type KeptSession, keptSession } from './work/tokens.ts';
import { type Load, prepareLoad } from './work/orders.ts';
import { runLoad } from './load/run-load.ts';
import { allEnded } from './order-ends.ts';

const HELP = `npm run bench:leaving        how long those who stay wait while others delete their accounts: six callers place orders, embedded
  --leavers N                150 accounts, of which ten a second are deleted
  --each N                   orders of each of them (10)
  --orders N                 orders of one more customer, who leaves afterwards (20000; the row of docs/performance.md has 100000)
  --seconds N                length of each part (15)
`;

const CALLERS = 6;
const LEAVE_EVERY_MS = 100;
const LEAVE_TRIES = 30;
const PASSWORD = 'bench-password';
/** Orders per second while the accounts that will be deleted place their orders. */
const FILL_RATE = 1000;

interface Waits {
  readonly placed: number;
  readonly failed: number;
  readonly ms: readonly number[];
}

interface Person {
  readonly session: KeptSession;
  readonly load: Load;
}

async function main(): Promise<number> {
  const { leavers, each, orders, seconds, help } = leavingArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const shop = await embeddedBenchShop();
  try {
    const load = await prepareLoad(shop);
    const { urls } = shop;
    const people = await everybody(urls, load, leavers);
    const loyal = await person(urls, load, 'loyal');
    // Creates what has to be erased: orders with their stored answers, events and addresses.
    await fill(people, leavers * each);
    await fill([loyal], orders);
    await allEnded(shop.records);
    process.stdout.write(`${HEAD}\n`);
    report('nobody leaves', await placing(load, seconds * 1000));
    const leaving = inTurn(people, async ({ session }) => leave(urls.user, await session()));
    report(`${leavers} leave, ten a second`, await placing(load, seconds * 1000, leaving));
    await leave(urls.user, await loyal.session());
    report(`one with ${orders} orders leaves`, await placing(load, seconds * 1000));
    await shop.stop();
    return EXIT.ok;
  } finally {
    await shop.discard();
  }
}

/** Six callers, each of which orders again as soon as it is answered, for at least `ms` and until `meanwhile` is over. */
async function placing(load: Load, ms: number, meanwhile: Promise<void> = Promise.resolve()): Promise<Waits> {
  const until = performance.now() + ms;
  const waits: number[] = [];
  let failed = 0;
  const over = new AbortController();
  const ended = meanwhile.finally(() => over.abort());
  const run = crypto.randomUUID();
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let n = caller; !over.signal.aborted || performance.now() < until; n += CALLERS) {
        const asked = performance.now();
        const status = await order(load, n, `${run}-${n}`);
        waits.push(performance.now() - asked);
        if (status !== 202) failed += 1;
      }
    }),
  );
  await ended;
  return { placed: waits.length - failed, failed, ms: waits.toSorted((a, b) => a - b) };
}

async function order({ orderUrl, tokenOf, bodyOf }: Load, n: number, key: string): Promise<number> {
  const response = await fetch(orderUrl, {
    method: 'POST',
    signal: AbortSignal.timeout(120_000),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(n)}`, 'idempotency-key': key },
    body: bodyOf(n),
  });
  await response.text();
  return response.status;
}

async function everybody(urls: Parameters<typeof shopClient>[0], load: Load, count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let n = 0; n < count; n += 1) people.push(await person(urls, load, `leaver-${n}`));
  return people;
}

async function person(urls: Parameters<typeof shopClient>[0], load: Load, name: string): Promise<Person> {
  const shop = shopClient(urls);
  const email = `${name}@souk.example`;
  await shop.register(email, PASSWORD, name);
  const session = keptSession(() => shop.signIn(email, PASSWORD));
  const { id } = await shop.addPaymentMethod(await session(), 'tok_ok');
  const bodyOf = (n: number) => JSON.stringify({ ...(JSON.parse(load.bodyOf(n)) as object), paymentMethodId: id });
  return { session, load: { ...load, tokenOf: session, bodyOf } };
}

async function fill(people: readonly Person[], orders: number): Promise<void> {
  const [first] = people;
  if (first === undefined || orders === 0) return;
  const whose = (n: number) => people[n % people.length] ?? first;
  process.stderr.write(`${orders} orders of ${people.length} who will leave\n`);
  await runLoad({
    orderUrls: [first.load.orderUrl],
    order: async (n) => ({ token: await whose(n).session(), body: whose(n).load.bodyOf(n) }),
    rate: FILL_RATE,
    seconds: Math.ceil(orders / FILL_RATE),
  });
}

async function inTurn<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const startAt = performance.now();
  const running = all.map(async (one, n) => {
    await Bun.sleep(startAt + n * LEAVE_EVERY_MS - performance.now());
    await run(one);
  });
  await Promise.all(running);
}

/** Deletes an account. Only a few passwords are checked at a time, so a caller who is told to retry does. */
async function leave(userUrl: string, token: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${userUrl}/users/me`, {
      method: 'DELETE',
      signal: AbortSignal.timeout(120_000),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ password: PASSWORD }),
    });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 503 || tries === LEAVE_TRIES) throw new Error(`an account was not deleted: ${response.status} ${text}`);
    await Bun.sleep(1000);
  }
}

const HEAD = ['orders while'.padEnd(34), ...['placed', 'failed', 'p50 ms', 'p99 ms', 'longest ms'].map((name) => name.padStart(11))].join('');

function report(what: string, { placed, failed, ms }: Waits): void {
  const at = (share: number) => (ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0).toFixed(1);
  const values = [placed, failed, at(0.5), at(0.99), at(1)];
  process.stdout.write(`${what.padEnd(34)}${values.map((value) => String(value).padStart(11)).join('')}\n`);
}

function leavingArguments(argv: readonly string[]) {
  const { values } = withUsage(() =>
    parseArgs({
      args: [...argv],
      options: {
        leavers: { type: 'string', default: '150' },
        each: { type: 'string', default: '10' },
        orders: { type: 'string', default: '20000' },
        seconds: { type: 'string', default: '15' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  const number = (name: 'leavers' | 'each' | 'orders' | 'seconds', most: number): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 0 || value > most) throw new UsageError(`--${name} needs a whole number from 0 to ${most}`);
    return value;
  };
  return { leavers: number('leavers', 1000), each: number('each', 1000), orders: number('orders', 1_000_000), seconds: number('seconds', 600), help: values.help };
}

process.exitCode = await exitCodeOf(main, HELP);
