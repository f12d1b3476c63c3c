import { StorageError } from '@souk/chassis/storage-error';
import { LOOKS } from '@souk/chassis/web/paging';
import type { Row, SqlDatabase, Statement, TransactionScript } from '@souk/chassis/stores/sql/sql-database';
import { FIRST_LINES } from '@souk/contracts/http/order';
import type { OrderStatus } from '@souk/contracts/saga';
import { sql, type SqlBool } from 'kysely';
import { type OrderSummary, WAITS_IN } from '../domain/order.ts';
import type { OrderCountsTable, OrderItemsTable, OrderSchema, OrdersTable, ShipmentsTable } from './order-schema.ts';
import { OPEN_STATUSES, type OrderFilter, type OrderReads, type OrderStore } from './order-store.ts';
import { hasLineOf, WAITS } from './order-waits.ts';

const COLUMNS = [
  'id', 'user_id', 'status', 'reason', 'payment_status', 'total', 'currency', 'version', 'placed_at', 'updated_at',
] as const satisfies (keyof OrdersTable)[];
const LINE_COLUMNS = [
  'order_id', 'position', 'sku', 'product_id', 'title', 'quantity', 'unit_price',
] as const satisfies (keyof OrderItemsTable)[];

type OrderRow = Pick<OrdersTable, (typeof COLUMNS)[number]> & { readonly last_position: number | null };
type LineRow = Pick<OrderItemsTable, (typeof LINE_COLUMNS)[number]>;
type ShipmentCount = Pick<ShipmentsTable, 'order_id' | 'status'> & { readonly count: number };

/** Lines, with large options a page of the database each, that a request looks at to find a SKU; those of the last order may go beyond. */
const LINES_LOOKED_AT = 2 * LOOKS;
/** A part of `LOOKS`. */
const COUNTED_AT_ONCE = 250;

/** Reads one entry of the primary key, however many lines there are; lines are numbered from 0. */
const LAST_POSITION = sql<number>`(select position from order_items where order_id = orders.id order by position desc limit 1)`;

/** Reads lists along the ids of a customer's orders, of those in a status, or of all. */
export function orderList({ reader: db, dialect }: SqlDatabase<OrderSchema>): OrderReads['orders'] {
  /** The part of the filter that an index answers in id order. */
  function indexed({ userId, status, placedAfter, placedBefore, before }: OrderFilter) {
    let query = db.selectFrom('orders').orderBy('id', 'desc');
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    else if (status !== undefined) query = query.where('status', '=', status);
    if (placedAfter !== undefined) query = query.where('id', '>=', lowestId(placedAfter - CLOCKS_DIFFER_MS));
    // One bound only: of two, SQLite may start at the later one and scan every page before this one.
    const end = placedBefore === undefined ? undefined : lowestId(placedBefore + CLOCKS_DIFFER_MS);
    const behind = end === undefined || (before !== undefined && before < end) ? before : end;
    if (behind !== undefined) query = query.where('id', '<', behind);
    return query;
  }

  /** The last order that a request looks at; undefined: there are fewer. */
  async function floorOf(filter: OrderFilter): Promise<string | undefined> {
    if (filter.sku !== undefined) return floorByLines(filter);
    return (await indexed(filter).select('id').limit(1).offset(LOOKS - 1).executeTakeFirst())?.id;
  }

  /** Counts the lines of a few orders at a time, so that other requests have their turn. */
  async function floorByLines(filter: OrderFilter): Promise<string | undefined> {
    let { before } = filter;
    let lines = 0;
    for (let looked = 0; looked < LOOKS; looked += COUNTED_AT_ONCE) {
      const orders = await indexed({ ...filter, before }).select(['id', LAST_POSITION.as('last_position')]).limit(COUNTED_AT_ONCE).execute();
      for (const { id, last_position: last } of orders) {
        before = id;
        lines += (last ?? -1) + 1;
        if (lines >= LINES_LOOKED_AT) return before;
      }
      if (orders.length < COUNTED_AT_ONCE) return undefined;
    }
    return before;
  }

  async function rowsOf(filter: OrderFilter, floor: string | undefined): Promise<OrderRow[]> {
    const { userId, status, placedAfter, placedBefore, reason, waitsFor, sku, limit } = filter;
    let query = indexed(filter).select(COLUMNS).select(LAST_POSITION.as('last_position'));
    // As an expression, not a column: databases would start with all orders of the status.
    if (userId !== undefined && status !== undefined) query = query.where(sql<SqlBool>`coalesce(status, '') = ${status}`);
    if (placedAfter !== undefined) query = query.where('placed_at', '>=', placedAfter);
    if (placedBefore !== undefined) query = query.where('placed_at', '<', placedBefore);
    if (reason !== undefined) query = query.where('reason', '=', reason);
    const waits = waitsFor === undefined ? null : WAITS[waitsFor];
    if (waits !== null) query = query.where(waits);
    if (sku !== undefined) query = query.where(hasLineOf(sku));
    if (floor !== undefined) query = query.where('id', '>=', floor);
    return query.limit(limit).execute();
  }

  async function withParts(orders: readonly OrderRow[]): Promise<OrderSummary[]> {
    if (orders.length === 0) return [];
    const ofThese = dialect.in('order_id', orders.map(({ id }) => id));
    const lines = db.selectFrom('order_items').select(LINE_COLUMNS).where(ofThese).where('position', '<', FIRST_LINES);
    const shipments = db.selectFrom('shipments').select(['order_id', 'status', sql<number>`count(*)`.as('count')]).where(ofThese);
    return summaries(orders, await lines.execute(), await shipments.groupBy(['order_id', 'status']).execute());
  }

  return async (asked) => {
    const statuses = statusesAsked(asked);
    // No order is in two.
    if (statuses.length > 1) return { rows: [] };
    const [status] = statuses;
    const filter = { ...asked, ...(status !== undefined && { status }) };
    const floor = isSifted(filter) ? await floorOf(filter) : undefined;
    const rows = await withParts(await rowsOf(filter, floor));
    return { rows, reached: rows.length < filter.limit ? floor : undefined };
  };
}

/** The statuses that the parts of a filter ask for: a reason and a wait belong to one each. */
function statusesAsked({ status, reason, waitsFor }: OrderFilter): readonly OrderStatus[] {
  const asked = new Set<OrderStatus>();
  if (status !== undefined) asked.add(status);
  if (reason !== undefined) asked.add(reason === 'out_of_stock' ? 'rejected' : 'cancelled');
  if (waitsFor !== undefined) asked.add(WAITS_IN[waitsFor]);
  return [...asked];
}

/** True for a filter that no index covers as a whole. */
function isSifted({ userId, status, placedAfter, placedBefore, reason, waitsFor, sku }: OrderFilter): boolean {
  const waits = waitsFor !== undefined && WAITS[waitsFor] !== null;
  return waits || (userId !== undefined && status !== undefined) || (placedAfter ?? placedBefore ?? reason ?? sku) !== undefined;
}

function summaries(orders: readonly OrderRow[], lines: readonly LineRow[], counts: readonly ShipmentCount[]): OrderSummary[] {
  const linesOf = Map.groupBy(lines, (line) => line.order_id);
  const countsOf = Map.groupBy(counts, (count) => count.order_id);
  return orders.map((order) => summary(order, linesOf.get(order.id) ?? [], countsOf.get(order.id) ?? []));
}

function summary(row: OrderRow, lines: readonly LineRow[], counts: readonly ShipmentCount[]): OrderSummary {
  const { currency } = row;
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status as OrderSummary['status'],
    reason: row.reason as OrderSummary['reason'],
    paymentStatus: row.payment_status as OrderSummary['paymentStatus'],
    lineCount: (row.last_position ?? -1) + 1,
    firstLines: lines.toSorted((a, b) => a.position - b.position).map(({ sku, product_id, title, quantity, unit_price }) => ({
      sku,
      productId: product_id,
      title,
      quantity,
      unitPrice: { amount: unit_price, currency },
    })),
    total: { amount: row.total, currency },
    shipmentCounts: { pending: 0, shipped: 0, delivered: 0, ...Object.fromEntries(counts.map(({ status, count }) => [status, count])) },
    version: row.version,
    placedAt: row.placed_at,
    updatedAt: row.updated_at,
  };
}

type Counts = Pick<OrderReads, 'countOrders' | 'counted' | 'agesOfOldest' | 'oldestOpenMs'>;

/** Figures for metrics; each query reads a page of the index over status and id, or one entry of it. */
export function orderCounts({ reader: db, dialect }: SqlDatabase<OrderSchema>): Counts {
  return {
    async countOrders(status, after, limit) {
      const page = db.selectFrom('orders').select('id').where('status', '=', status).where('id', '>', after).orderBy('id').limit(limit);
      const query = db.selectFrom(page.as('page')).select([sql<number>`count(*)`.as('count'), sql<string | null>`max(id)`.as('last')]);
      const { count, last } = await query.executeTakeFirstOrThrow();
      return { count, last: count < limit ? null : last };
    },
    async counted(status) {
      const row = await db.selectFrom('order_counts').select(['counted', 'up_to']).where('status', '=', status).executeTakeFirst();
      return { count: row?.counted ?? 0, upTo: row?.up_to ?? '' };
    },
    async agesOfOldest(status, limit) {
      const oldest = await db.selectFrom('orders').select('id').where('status', '=', status).orderBy('id').limit(limit).execute();
      const now = Date.now();
      return oldest.map(({ id }) => now - madeAt(id));
    },
    async oldestOpenMs() {
      const ages = OPEN_STATUSES.map(async (status) => {
        // Ids sort by the time they were made.
        const first = db.selectFrom('orders').select(sql<number>`${dialect.now} - placed_at`.as('age')).where('status', '=', status);
        return (await first.orderBy('id').limit(1).executeTakeFirst())?.age ?? 0;
      });
      return Math.max(0, ...(await Promise.all(ages)));
    },
  };
}

/** Locks the row of the status, so that each order is counted by one process. */
export function endedCounter({ dialect, transact }: SqlDatabase<OrderSchema>): OrderStore['countEnded'] {
  const columns = ['status', 'counted', 'up_to'];
  const oldest = (status: OrderStatus): Statement => ({ sql: 'select id from orders where status = ? order by id limit 1', parameters: [status] });
  const clock: Statement = { sql: `select ${dialect.nowText} as at_now`, parameters: [] };
  const page = 'select id from orders where status = ? and id > ? and id < ? order by id limit ?';

  function* count(status: OrderStatus, limit: number): TransactionScript<number> {
    const known: readonly (readonly Row[])[] = yield [dialect.load('order_counts', columns, 'status', [status]), clock, ...OPEN_STATUSES.map(oldest)];
    const [counts = [], clocks = [], ...open] = known;
    const row = counts[0] as OrderCountsTable | undefined;
    const { at_now: now } = clocks[0] as { readonly at_now: number };
    const openIds = open.flat().map((first) => (first as { readonly id: string }).id);
    const end = [lowestId(now - CLOCKS_DIFFER_MS), ...openIds].toSorted()[0];
    const counting = { sql: `select count(*) as n, max(id) as last_id from (${page}) as page`, parameters: [status, row?.up_to ?? '', end, limit] };
    const [found = []]: readonly (readonly Row[])[] = yield [counting];
    const { n, last_id: last } = found[0] as { readonly n: number; readonly last_id: string | null };
    if (n === 0) return { writes: [], result: 0 };
    const after = [(row?.counted ?? 0) + n, last, status];
    const write = row === undefined ? dialect.insert('order_counts', ['counted', 'up_to', 'status'], [after]) : dialect.update('order_counts', ['counted', 'up_to'], ['status'], [after]);
    return { writes: [write], result: n };
  }

  return async (status, limit) => {
    try {
      return await transact(() => count(status, limit));
    } catch (error) {
      // The first count of a status has no row to lock: another process has inserted it meanwhile, and counted these orders.
      if (error instanceof StorageError && error.code === 'unique') return 0;
      throw error;
    }
  };
}

/** Creation time of a UUIDv7 in epoch milliseconds: it begins with that. */
function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Allowed difference of clocks: ids carry the time of the process that made them, `placed_at` that of the database. */
const CLOCKS_DIFFER_MS = 300_000;

/** Lower bound of the UUIDv7s made in this millisecond (of the epoch) or later. */
function lowestId(at: number): string {
  const time = Math.min(Math.max(at, 0), 2 ** 48 - 1).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
