import type { ServiceName } from '@souk/contracts/services';
import { shopClient } from '../../../shop/shop-client.ts';
import { allOf } from '../../../verify/batches.ts';
import { type Bench, warmUp } from '../bench.ts';
import { connections, type Told } from '../load/connections.ts';
import { latencies, type Percentiles } from '../load/latencies.ts';
import { getText } from '../load/order-request.ts';
import type { MeasuredRun } from '../measured-run.ts';
import { said } from '../report.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import type { Result } from '../summary.ts';
import { HOT_SKU, makeCatalogue, PLAIN_SKU } from '../work/orders.ts';

/** Figures of a shop with `stored` orders in it. */
export interface GrowthPoint {
  readonly stored: number;
  /** CPU microseconds per order over the last slice, by process. */
  readonly cpuUsPerOrder: Readonly<Record<string, number>>;
  /** Bytes that each table has grown by since the start, per order stored since then. */
  readonly bytesPerOrder: Readonly<Record<string, number>>;
  readonly writtenPerOrder: number | undefined;
  readonly readPerOrder: number | undefined;
  readonly acceptedPerSecond: number;
  readonly answers: Percentiles;
  readonly refused: number;
  readonly reads: Readonly<Record<string, Percentiles>>;
}

/** Share of the best rate: a growing shop must not be a flooded one. */
const SHARE_OF_BEST = 0.8;
const BEST = { embedded: 1000, real: 800 };
/** Orders in the slice that is measured at each mark; also the most that one run stores. */
const SLICE = 100_000;
const LEAST_SLICE = 5000;
const MOST_TRIES = 3;

export async function runGrow(bench: Bench): Promise<Partial<Result>> {
  const { asked, shop, signal } = bench;
  if (asked.products > 0) {
    process.stderr.write(`${asked.products} products\n`);
    await makeCatalogue(shop, asked.products, (i) => ({ sku: `BENCH-P-${i}`, title: `Common thing number ${i}`, cents: 100 + (i % 9973), pieces: 0 }));
  }
  await warmUp(bench);
  const rate = Math.max(1, Math.round((asked.best ?? (asked.real ? BEST.real : BEST.embedded)) * SHARE_OF_BEST));
  const before = { tables: await shop.tables(), stored: await storedOrders(bench) };
  const points: GrowthPoint[] = [];
  let runs: MeasuredRun[] = [];
  let { stored } = before;
  let stuck = 0;
  if (stored >= asked.grow) throw new Error(`the warm-up has stored ${stored} orders already: --grow has to be more`);
  said(HEAD);
  for (const mark of marksUpTo(asked.grow, stored)) {
    const from = stored;
    for (let wanted = nextRun(from, stored, mark); wanted > 0 && !signal.aborted; wanted = nextRun(from, stored, mark)) {
      const run = await bench.run({ name: `up to ${mark}`, rate, seconds: Math.max(1, Math.ceil(wanted / rate)) });
      const now = await storedOrders(bench);
      stuck = now === stored ? stuck + 1 : 0;
      if (stuck === MOST_TRIES) throw new Error(`no order of ${wanted} was stored: ${[...run.run.refused].map(([why, orders]) => `${orders} ${why}`).join(', ')}`);
      stored = now;
      // On a long way to the next mark, only the last run is measured.
      runs = [run];
    }
    if (signal.aborted) break;
    const point = await pointOf(bench, stored, runs, before);
    points.push(point);
    for (const line of linesOf(point)) said(line);
  }
  return { growth: points };
}

/**
 * Number of orders that the next run stores on the way `from` one mark to the next; 0: it is there, or nearly. The last run is the
 * one that is measured, so it is a whole slice where the way is longer than that.
 */
export function nextRun(from: number, stored: number, mark: number): number {
  const left = mark - stored;
  if (left <= (stored === from ? 0 : SLICE / 100)) return 0;
  return left <= SLICE * 1.01 ? left : Math.min(SLICE, left - SLICE);
}

/** The marks 10^4, 3 * 10^4, 10^5, ... and the end, without those so near to what is stored already that there is nothing to measure. */
export function marksUpTo(most: number, stored = 0): readonly number[] {
  const marks: number[] = [];
  for (let power = 10_000; power < most; power *= 10) marks.push(power, 3 * power);
  return [...marks.filter((mark) => mark < most && mark >= stored + LEAST_SLICE), most];
}

/** State of the shop after its goods and buyers were made and it was warm. */
interface Start {
  readonly tables: Readonly<Record<string, number>>;
  readonly stored: number;
}

async function pointOf({ shop }: Bench, stored: number, runs: readonly MeasuredRun[], before: Start): Promise<GrowthPoint> {
  const run = runs.at(-1);
  if (run === undefined) throw new Error('nothing was stored');
  const orders = Math.max(1, run.run.accepted.size);
  const cpu = Object.entries(run.after).map(([name, { cpuMs }]) => [name, Math.round(((cpuMs - (run.before[name]?.cpuMs ?? 0)) * 1000) / orders)] as const);
  const tables = Object.entries(await shop.tables()).map(([name, bytes]) => [name, Math.round((bytes - (before.tables[name] ?? 0)) / Math.max(1, stored - before.stored))] as const);
  const bytes = (of: 'writtenBytes' | 'readBytes') =>
    Object.entries(run.after).reduce<number | undefined>((sum, [name, usage]) => {
      const now = usage[of];
      return sum === undefined || now === undefined ? undefined : sum + (now - (run.before[name]?.[of] ?? 0)) / orders;
    }, 0);
  const [written, read] = [bytes('writtenBytes'), bytes('readBytes')];
  return {
    stored,
    cpuUsPerOrder: Object.fromEntries(cpu),
    bytesPerOrder: Object.fromEntries(tables.filter(([, perOrder]) => perOrder !== 0)),
    writtenPerOrder: written === undefined ? undefined : Math.round(written),
    readPerOrder: read === undefined ? undefined : Math.round(read),
    acceptedPerSecond: Math.round((orders * 1000) / run.run.elapsedMs),
    answers: run.run.answers,
    refused: [...run.run.refused.values()].reduce((sum, count) => sum + count, 0),
    reads: await fixedReads(shop, [...run.run.accepted.keys()]),
  };
}

function storedOrders({ shop }: Pick<Bench, 'shop'>): Promise<number> {
  return shop.records.sql('order', async (rows) => {
    const [row] = await allOf(rows<{ orders: number }>('select count(*) as orders from orders'));
    return row?.orders ?? 0;
  });
}

const HEAD = ['stored', 'accepted/s', 'refused', 'answer p99', 'CPU us/order', 'kept B/order', 'written', 'read'].map((name) => name.padStart(13)).join('');

function linesOf(point: GrowthPoint): readonly string[] {
  const sum = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((total, value) => total + value, 0);
  const cells = [
    point.stored,
    point.acceptedPerSecond,
    point.refused,
    Math.round(point.answers.p99),
    sum(point.cpuUsPerOrder),
    sum(point.bytesPerOrder),
    point.writtenPerOrder ?? '-',
    point.readPerOrder ?? '-',
  ];
  const byProcess = Object.entries(point.cpuUsPerOrder).map(([name, us]) => `${name} ${us}`);
  return [
    cells.map((cell) => String(cell).padStart(13)).join(''),
    ...(byProcess.length > 1 ? [`  us per order: ${byProcess.join(', ')}`] : []),
    `  reads p50/p99 ms: ${Object.entries(point.reads).map(([name, { p50, p99 }]) => `${name} ${p50}/${p99}`).join(', ')}`,
  ];
}

/** One read that a shop answers all day long. */
interface Read {
  readonly name: string;
  readonly service: ServiceName;
  readonly path: (i: number) => string;
  readonly token?: string;
}

const TIMES = 200;
const WARM_UP_TIMES = 20;
const OWNER = { email: 'bench-0@souk.example', password: 'bench-password' };

/**
 * The same reads each time, one after the other, on an otherwise idle shop. Order by id and timeline read orders spread over
 * those stored last; the others read their first page.
 */
async function fixedReads(shop: BenchShop, orders: readonly string[]): Promise<Record<string, Percentiles>> {
  const client = shopClient(shop.urls);
  const staff = (await client.signIn(shop.accounts.admin.email, shop.accounts.admin.password)).accessToken;
  const owner = (await client.signIn(OWNER.email, OWNER.password)).accessToken;
  const sku = await client.stock(PLAIN_SKU).then(() => PLAIN_SKU, () => HOT_SKU);
  const order = (i: number) => orders[Math.floor((i * orders.length) / TIMES) % Math.max(1, orders.length)] ?? '';
  const reads: readonly Read[] = [
    { name: 'order by id', service: 'order', path: (i) => `/orders/${order(i)}`, token: staff },
    { name: 'timeline', service: 'order', path: (i) => `/orders/${order(i)}/timeline`, token: staff },
    { name: 'own orders', service: 'order', path: () => '/orders', token: owner },
    { name: "staff's list by status", service: 'order', path: () => '/orders?status=completed&limit=100', token: staff },
    { name: 'stock level', service: 'inventory', path: () => `/stock/${sku}` },
    { name: 'stock levels', service: 'inventory', path: () => '/stock?limit=100', token: staff },
    { name: 'movements of a SKU', service: 'inventory', path: () => `/movements?sku=${sku}&limit=100`, token: staff },
    { name: 'payments of a user', service: 'payment', path: () => '/payments?limit=100', token: owner },
    { name: 'products', service: 'product', path: () => '/products?limit=100' },
    { name: 'products by price', service: 'product', path: () => '/products?sort=price&minPrice=1&limit=100' },
    { name: 'search of a common word', service: 'product', path: () => '/products?q=common&limit=100' },
    { name: 'search, by price', service: 'product', path: () => '/products?q=common&sort=price&limit=100' },
  ];
  const results: Record<string, Percentiles> = {};
  for (const read of reads) results[read.name] = await timed(shop, read);
  return results;
}

async function timed({ urls }: BenchShop, { name, service, path, token }: Read): Promise<Percentiles> {
  const lines = connections({ url: urls[service] });
  const { host } = new URL(urls[service]);
  const all = latencies();
  try {
    for (let i = -WARM_UP_TIMES; i < TIMES; i += 1) {
      const askedAt = performance.now();
      const told = await new Promise<Told>((resolve) => lines.send(getText({ path: path(Math.max(0, i)), host, token }), resolve));
      if (told.kind !== 'answered' || told.answer.status !== 200) {
        throw new Error(`${name} (${path(Math.max(0, i))}) was answered ${told.kind === 'answered' ? told.answer.status : told.why}`);
      }
      if (i >= 0) all.record(performance.now() - askedAt);
    }
    return all.percentiles();
  } finally {
    lines.close();
  }
}
