import { randomUUID } from 'node:crypto';
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { addressOf } from '@souk/chassis/testing/real-servers';
import type { ShopClient } from '../src/shop/shop-client.ts';
import type { Ground } from './support/ground.ts';
import { onEveryGround } from './support/on-every-engine.ts';
import { openShopOn } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import type { RealGround } from './support/real-ground.ts';
import { type CountedDatabase, countedMysql, countedSqlite, type TableCount } from './support/table-counts.ts';

/** Figures that depend on more than the work itself. */
const ROOM: Readonly<Record<string, { readonly rows: number; readonly bytes: number }>> = {
  // Close to midnight and noon, in UTC, there are two (`MEETING_MS`).
  'order.answer_keys': { rows: 1, bytes: 250 },
  // Stock is changed once for each batch, and a busy machine makes larger ones.
  'inventory.inventory': { rows: 1.1, bytes: 60 },
};

const ORDERS = 1000;
const AT_ONCE = 50;
const CUSTOMERS = 20;
const SKUS = 20;
const BOOKS = ['order', 'inventory', 'payment'] as const;
type Book = (typeof BOOKS)[number];

/** What an order may cost at most, everything together. Rows that a batch changes once for all its orders count for a part. */
const LIMITS = { embedded: { rows: 22, bytes: 7800 }, 'on real servers': { rows: 22, bytes: 10_300 } } as const;

const PAGE = join(import.meta.dir, '../../docs/performance.md');

interface Line {
  readonly table: string;
  readonly rows: readonly number[];
  /** Of the rows, then of each index. */
  readonly bytes: Readonly<Record<string, number>>;
}

async function placeOrders(client: ShopClient, customer: () => Promise<string>, begin: () => Promise<unknown>, staff: string): Promise<void> {
  await stockUp(client, staff, Object.fromEntries(Array.from({ length: SKUS }, (_, n) => [`SKU-${n}`, [1_000_000]])));
  const buyers: { token: string; method: string }[] = [];
  for (let n = 0; n < CUSTOMERS; n += 1) {
    const token = await customer();
    buyers.push({ token, method: (await client.addPaymentMethod(token, 'tok_ok')).id });
  }
  await begin();
  for (let first = 0; first < ORDERS; first += AT_ONCE) {
    const batch = buyers.values().flatMap((buyer) => [buyer, buyer, buyer]).take(AT_ONCE);
    const placed = batch.map(({ token, method }, n) => {
      const at = first + n;
      const other = (at + 1 + (at % (SKUS - 1))) % SKUS;
      return client.placeOrder(token, orderOf(method, [`SKU-${at % SKUS}`, 1], [`SKU-${other}`, 2]), randomUUID());
    });
    await Promise.all(placed);
  }
}

function lineOf(book: Book, { table, inserted, updated, deleted, bytes }: TableCount): Line {
  const each = Object.entries(bytes).map(([name, size]) => [name, Math.round(size / ORDERS)] as const);
  const keys = each.filter(([name]) => name !== 'data').toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    table: `${book}.${table}`,
    rows: [inserted, updated, deleted].map((count) => Number((count / ORDERS).toFixed(1))),
    bytes: Object.fromEntries([...each.filter(([name]) => name === 'data'), ...keys]),
  };
}

/** `| order.orders | 1 / 2 / 0 | 1,040 | data 688, orders_user 131 |` */
function written({ table, rows, bytes }: Line): string {
  const parts = Object.entries(bytes).map(([name, size]) => `${name} ${size}`);
  return `| ${table} | ${rows.join(' / ')} | ${sum(Object.values(bytes))} | ${parts.join(', ')} |`;
}

function lineFrom(text: string): Line {
  const [table = '', rows = '', , parts = ''] = text.split('|').slice(1).map((cell) => cell.trim());
  const bytes = parts.split(', ').map((part) => part.split(' '));
  return { table, rows: rows.split(' / ').map(Number), bytes: Object.fromEntries(bytes.map(([name = '', size]) => [name, Number(size)])) };
}

/** The table of this heading in docs/performance.md. */
async function published(heading: string): Promise<readonly Line[]> {
  const page = await Bun.file(PAGE).text();
  const [, after = ''] = page.split(`\n${heading}\n`);
  const lines = after.trimStart().split('\n');
  return lines.slice(2, lines.findIndex((line) => !line.startsWith('|'))).map(lineFrom);
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const namesOf = (lines: readonly Line[]) => lines.map(({ table, bytes }) => `${table}: ${Object.keys(bytes).join(', ')}`);

/** Pages are never full by the same part twice, and a batch takes more or fewer orders. */
function isNear(there: number, seen: number, room: number): boolean {
  return Math.abs(there - seen) <= Math.max(room, there * 0.4);
}

onEveryGround('what an order leaves in the tables', (makeGround, isReal) => {
  const where = isReal ? 'on real servers' : 'embedded';

  function countedIn(ground: Ground): ReadonlyMap<Book, CountedDatabase> {
    if (isReal) return new Map(BOOKS.map((book) => [book, countedMysql((ground as RealGround).addresses.owners[book], addressOf('MySQL'))]));
    const [, folder = ''] = ground.verifyParameters;
    return new Map(BOOKS.map((book) => [book, countedSqlite(join(folder, `${book}.db`))]));
  }

  test('is what docs/performance.md says, and within its limits', async () => {
    const ground = await makeGround();
    await using shop = await openShopOn(async () => ground)();
    const databases = countedIn(ground);
    await placeOrders(shop.client, () => shop.customer(), () => Promise.all(databases.values().map((database) => database.begin())), shop.staff);
    await shop.rest();
    const counts: Line[] = [];
    for (const [book, database] of databases) counts.push(...(await database.counts()).map((count) => lineOf(book, count)));
    // A row for each order, or changed for some orders at once.
    const lines = counts.filter(({ table, rows }) => (rows[0] ?? 0) >= 0.5 || table === 'inventory.inventory');
    const told = lines.map(written).join('\n');

    expect(sum(counts.flatMap(({ rows }) => rows)), told).toBeLessThanOrEqual(LIMITS[where].rows);
    expect(sum(lines.flatMap(({ bytes }) => Object.values(bytes))), told).toBeLessThanOrEqual(LIMITS[where].bytes);
    const there = await published(`### ${isReal ? 'MySQL' : 'SQLite'}`);
    expect(namesOf(lines), told).toEqual([...namesOf(there)]);
    for (const [at, { table, rows, bytes }] of there.entries()) {
      const seen = lines[at];
      const room = ROOM[table] ?? { rows: 0.5, bytes: 60 };
      expect(seen?.rows.every((count, n) => isNear(rows[n] ?? 0, count, room.rows)), `${table}\n${told}`).toBe(true);
      expect(isNear(sum(Object.values(bytes)), sum(Object.values(seen?.bytes ?? {})), room.bytes), `${table}\n${told}`).toBe(true);
    }
    expect(await shop.close()).toEqual([]);
  }, 300_000);
});
