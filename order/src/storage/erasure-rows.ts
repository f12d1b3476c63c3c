import type { Dialect, SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { appendOnly, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { sql } from 'kysely';
import { TELLING_EVENTS } from '../domain/erase-person.ts';
import type { ErasedUsersTable, OrderSchema, OrdersTable, OrdersToEraseTable } from './order-schema.ts';
import type { ErasedUser, OrderReads, OrderToErase, RewrittenEvent, Walk } from './order-store.ts';

export function erasedUsers(dialect: Dialect): SqlCollection<ErasedUser> {
  return rowCollection<ErasedUser, ErasedUsersTable>(dialect, {
    table: 'erased_users',
    columns: ['id', 'erased_at', 'deleted_at', 'told_by', 'traceparent'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ erasedAt, deletedAt, toldBy, ...rest }) => ({ ...rest, erased_at: erasedAt, deleted_at: deletedAt, told_by: toldBy }),
    fromRow: ({ erased_at, deleted_at, told_by, ...rest }) => ({ ...rest, erasedAt: erased_at, deletedAt: deleted_at, toldBy: told_by }),
  });
}

export function ordersToErase(dialect: Dialect): SqlCollection<OrderToErase> {
  const key = 'order_id';
  return {
    ...rowCollection<OrderToErase, OrdersToEraseTable>(dialect, {
      table: 'orders_to_erase',
      columns: [key],
      keyColumn: key,
      keyOf: ({ orderId }) => orderId,
      toRow: ({ orderId }) => ({ order_id: orderId }),
      fromRow: ({ order_id }) => ({ orderId: order_id }),
    }),
    update: () => [],
  };
}

/** Rewrites what events say of a deleted user: the one exception from events never being changed. */
export function rewrittenEvents(dialect: Dialect): SqlCollection<RewrittenEvent> {
  return appendOnly(
    ({ lane, seq }) => `${lane} ${seq}`,
    (events) => [
      dialect.update(
        'events',
        ['data', 'context'],
        ['lane', 'seq'],
        events.map(({ lane, seq, data, context }) => [JSON.stringify(data), JSON.stringify(context), lane, seq]),
      ),
    ],
  );
}

/** Orders of one user per query. */
const ORDERS_AT_ONCE = 100;

type LookedAt = Pick<OrdersTable, 'id' | 'user_id' | 'erased_at' | 'left_at'>;

/** Reads deleted users and the orders that still hold their data; times are by the database's clock. */
export function erasureReads({ reader: db, dialect }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'usersErasedSince' | 'toErase' | 'deliveredToErase'> {
  /** Queries these orders by id: otherwise SQLite would scan all orders instead of starting with these few. */
  async function told(ids: readonly string[]) {
    if (ids.length === 0) return [];
    const left = db.selectFrom('erased_users').innerJoin('orders', 'orders.user_id', 'erased_users.id').where(dialect.in('orders.id', ids));
    const orders = await left.select(['orders.id', 'orders.version', 'deleted_at', 'told_by', 'erased_users.traceparent']).execute();
    const events = db.selectFrom('events').select(['type', 'stream', 'lane', 'seq', 'data', 'context']).where(dialect.in('stream', ids));
    const byOrder = Map.groupBy(await events.where('type', 'in', TELLING_EVENTS).execute(), ({ stream }) => stream);
    return orders.map(({ id, version, deleted_at, told_by, traceparent }) => ({
      id,
      version,
      deletedAt: deleted_at,
      cause: { causationId: told_by, traceparent },
      told: (byOrder.get(id) ?? []).map(({ type, lane, seq, data, context }) => ({
        type,
        lane,
        seq,
        data: JSON.parse(data),
        context: JSON.parse(context),
      })),
    }));
  }

  /** Reads along the index of a customer's orders: an index for erasure alone would add a cost to every order of every customer. */
  function nextOf({ userId, after }: Walk) {
    const next = db.selectFrom('orders').select(['id', 'user_id', 'erased_at', 'left_at']).where('user_id', '=', userId).where('id', '>', after);
    return db.selectFrom(next.orderBy('id').limit(ORDERS_AT_ONCE).as('looked')).select(['id', 'user_id', 'erased_at', 'left_at']);
  }

  return {
    async usersErasedSince(ms) {
      const recent = sql<number>`${dialect.now} - ${ms}`;
      return (await db.selectFrom('erased_users').select('id').where('erased_at', '>', recent).execute()).map(({ id }) => id);
    },
    async toErase(walks, limit) {
      const [first, ...others] = walks.map(nextOf);
      if (first === undefined) return { found: [], walks: [] };
      const rows = await others.reduce((all, next) => all.unionAll(next), first).execute();
      const byPerson = Map.groupBy(rows, ({ user_id }) => user_id);
      const looked = walks.map((walk) => ({ walk, orders: (byPerson.get(walk.userId) ?? []).toSorted(byId) }));
      const kept = looked.flatMap(({ orders }) => orders.filter(isKept)).slice(0, limit);
      return { found: await told(kept.map(({ id }) => id)), walks: looked.map(({ walk, orders }) => walked(walk, orders)) };
    },
    async deliveredToErase(limit) {
      const waiting = await db.selectFrom('orders_to_erase').select('order_id').limit(limit).execute();
      return told(waiting.map(({ order_id }) => order_id));
    },
  };
}

function isKept({ erased_at: erasedAt, left_at: leftAt }: LookedAt): boolean {
  return erasedAt === null && leftAt === null;
}

/** Advances a walk up to the first order that is still to be erased. */
function walked(walk: Walk, orders: readonly LookedAt[]): Walk {
  const stop = orders.findIndex(isKept);
  const passed = stop === -1 ? orders : orders.slice(0, stop);
  return { ...walk, after: passed.at(-1)?.id ?? walk.after, isOver: stop === -1 && orders.length < ORDERS_AT_ONCE };
}

function byId(a: LookedAt, b: LookedAt): number {
  return a.id < b.id ? -1 : 1;
}
