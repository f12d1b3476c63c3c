import type { Books } from './ground.ts';
import type { OpenShop } from './open-shop.ts';

/** One thing in a stopped shop's books that was changed behind its back. */
export interface Forgery {
  readonly what: string;
  readonly books: Books;
  readonly table: string;
  readonly sql: string;
  readonly breaks: string;
}

/** Every statement changes one row of a shop with one paid order for one article. */
export const FORGERIES: readonly Forgery[] = [
  {
    what: 'a piece that appeared on a shelf',
    books: 'inventory',
    table: 'inventory',
    sql: 'update inventory set on_hand = on_hand + 1',
    breaks: 'stock on hand is the sum of its movements',
  },
  {
    what: 'a charge that was taken twice',
    books: 'gateway',
    table: 'charges',
    sql: `insert into charges select key || '-again', reference || '-again', token, amount, currency, declined, settles_at from charges`,
    breaks: 'our books and those of the gateway agree',
  },
  {
    what: 'a payment of twice the amount',
    books: 'payment',
    table: 'payments',
    sql: 'update payments set amount = 2 * amount',
    breaks: 'a completed order is paid exactly once',
  },
  {
    what: 'a shipped parcel without an event',
    books: 'order',
    table: 'shipments',
    sql: `update shipments set status = 'shipped', carrier = 'DHL', tracking_number = '1'`,
    breaks: 'a parcel is shipped once and delivered once, as its events say',
  },
  {
    what: 'a pending amount without a pending refund',
    books: 'payment',
    table: 'payments',
    sql: 'update payments set refunding = 1',
    breaks: 'no more is refunded than was captured',
  },
  {
    what: 'a SKU that ran low without a word',
    books: 'inventory',
    table: 'inventory',
    sql: 'update inventory set low_turns = low_turns + 2',
    breaks: 'a SKU is reported low once each time it runs low',
  },
  {
    what: 'an event that is gone',
    books: 'order',
    table: 'events',
    sql: `delete from events where type = 'order.ready_for_payment'`,
    breaks: 'every history has all its versions, 1..n without a gap',
  },
  {
    what: 'an event that was never sent',
    books: 'inventory',
    table: 'lanes',
    sql: 'update lanes set last_seq = last_seq + 1',
    breaks: 'every event that was committed is in the log',
  },
  {
    what: 'an order that is gone',
    books: 'order',
    table: 'orders',
    sql: 'delete from orders',
    breaks: 'a reservation ends as its order does',
  },
];

/** Forges until the end of the scope; answers how many rows were changed. */
export async function forged(
  { execute, writtenColumns }: OpenShop,
  { books, table, sql }: Forgery,
): Promise<AsyncDisposable & { readonly rows: number }> {
  const columns = (await writtenColumns(books, table)).join(', ');
  await execute(books, `create table sound as select ${columns} from ${table}`);
  return {
    rows: await execute(books, sql),
    async [Symbol.asyncDispose]() {
      await execute(books, `delete from ${table}`);
      await execute(books, `insert into ${table} (${columns}) select ${columns} from sound`);
      await execute(books, 'drop table sound');
    },
  };
}
