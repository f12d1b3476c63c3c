import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import fc from 'fast-check';
import type { ProductState } from '../../src/domain/catalogue.ts';
import { SAGA_MESSAGES } from '../../src/domain/order-saga.ts';
import type { OrderSchema } from '../../src/storage/order-schema.ts';
import { sqlOrderStore } from '../../src/storage/sql-order-store.ts';
import { cancelOrder, followSaga, passDeadline, placeOrder, type SagaEnvelope } from '../../src/usecases/advance-order.ts';
import { copyProduct } from '../../src/usecases/copy-product.ts';
import { message } from '../messages.ts';
import { ADDRESS, eur, LIMITS, METHOD_ID, NORTH, NOW, PAYMENT_ID, PRODUCT_ID, REFUND_ID, USER_ID } from '../orders.ts';
import { SEED, WITH_SEED } from '../seed.ts';
import { settle, type Submission, submission } from '../storage/settle.ts';

const ORDERS = 8;
/** Deadlines that are over at once: whether one has passed must not depend on how long a run takes. */
const AT_ONCE = { placed: 0, awaiting_payment: 0 };

/** In the order in which it is asked for, although it could wait: what is compared are transactions of other sizes. */
const place = { ...placeOrder(AT_ONCE, LIMITS), canWait: false };
const follow = followSaga(AT_ONCE, { gatewayTook: () => undefined, answered: () => undefined });
const cancel = cancelOrder(AT_ONCE);
const pass = passDeadline(AT_ONCE);

/** The ids that `settle` counts: each order takes one for itself and one for its event, after the lane's own. */
const orderIds = Array.from(
  { length: ORDERS },
  (_, at) => `0198c0de-0000-7000-8000-${String(2 + 2 * at).padStart(12, '0')}`,
);

function aProduct(version: number, skus: readonly string[]): ProductState {
  const variants = skus.map((sku) => ({ sku, options: {}, price: eur(100 * version) }));
  return { id: PRODUCT_ID, version, title: `Version ${version}`, active: true, changedAt: NOW + version, variants };
}

function placement(sku: string): Submission {
  return submission(place, {
    userId: USER_ID,
    items: [{ sku, quantity: 2 }],
    shippingAddress: ADDRESS,
    paymentMethodId: METHOD_ID,
  });
}

function said(type: SagaEnvelope['type'], orderId: string, event: string): SagaEnvelope {
  const amount = eur(200);
  const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
  const about = { id: event };
  switch (type) {
    case 'inventory.reserved':
      return message(type, orderId, { orderId, allocations }, about);
    case 'inventory.failed':
      return message(type, orderId, { orderId, shortages: [{ sku: 'MUG', requested: 2, available: 1 }] }, about);
    case 'inventory.released':
      return message(type, orderId, { orderId, allocations, restocked: false }, about);
    case 'payment.completed':
      return message(
        type,
        orderId,
        { orderId, paymentId: PAYMENT_ID, amount, capturedAt: new Date(NOW).toISOString() },
        about,
      );
    case 'payment.failed':
      return message(type, orderId, { orderId, paymentId: PAYMENT_ID, reason: 'card_declined' }, about);
    case 'payment.refunded':
      return message(
        type,
        orderId,
        { orderId, paymentId: PAYMENT_ID, refundId: REFUND_ID, amount, refundedTotal: amount },
        about,
      );
    default:
      return type satisfies never;
  }
}

const orders = fc.constantFrom(...orderIds);
const whatever: fc.Arbitrary<Submission> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...SAGA_MESSAGES), orders, fc.uuid())
      .map(([type, id, event]) => submission(follow, said(type, id, event), event)),
  },
  { weight: 1, arbitrary: orders.map((id) => submission(pass, id)) },
  { weight: 1, arbitrary: orders.map((orderId) => submission(cancel, { orderId, userId: USER_ID, isStaff: false })) },
  { weight: 3, arbitrary: fc.constantFrom('MUG', 'CUP', 'TEA', 'HAT').map(placement) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 2, max: 9 }), fc.uniqueArray(fc.constantFrom('MUG', 'CUP', 'TEA'), { minLength: 1 }))
      .map(([version, skus]) => submission(copyProduct, aProduct(version, skus))),
  },
);

const EVENTS = ['0198c0de-0000-7000-8000-00000000e001', '0198c0de-0000-7000-8000-00000000e002', '0198c0de-0000-7000-8000-00000000e003'] as const;

/** One order of each end: what is drawn seldom leads as far as that. */
const [first = '', second = '', third = ''] = orderIds;
const ALL_ENDS: Submission[] = [
  submission(follow, said('inventory.reserved', first, EVENTS[0])),
  submission(follow, said('payment.completed', first, EVENTS[1])),
  submission(follow, said('inventory.failed', second, EVENTS[2])),
  submission(cancel, { orderId: third, userId: USER_ID, isStaff: false }),
];

/** Prices that were read are remembered for as long as a run takes, or never. */
const atOnce = () => 0;
function hoursBetween(): () => number {
  let at = 0;
  return () => (at += 3_600_000);
}

/** Every row of every table of its own, without the moments at which it was written. */
async function rowsAfter(
  submissions: readonly Submission[],
  batchLimit: number,
  now: () => number,
): Promise<Record<string, Record<string, unknown>[]>> {
  const { store, path, close } = await temporaryStore((options) => sqlOrderStore(openSqlite<OrderSchema>(options), now));
  await settle(store, submissions, batchLimit);
  const database = new Database(path, { readonly: true });
  const tables = ['orders', 'order_items', 'shipments', 'catalogue', 'catalogue_products', 'events'];
  const rows = tables.map((table) => [
    table,
    database.query<Record<string, unknown>, []>(`select * from ${table} order by 1, 2`).all().map(timeless),
  ]);
  database.close();
  await close();
  return Object.fromEntries(rows);
}

function timeless(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const moments = ['at', 'placed_at', 'updated_at'];
  const lasting = Object.entries(row).filter(([column]) => !moments.includes(column));
  return Object.fromEntries(
    lasting.map(([column, value]) => [column, ['deadline_at', 'counts_until'].includes(column) ? value !== null : value]),
  );
}

test(`batches of 500, of 5 and one by one leave the same rows ${WITH_SEED}`, async () => {
  const begin = [submission(copyProduct, aProduct(1, ['MUG', 'CUP'])), ...orderIds.map(() => placement('MUG'))];
  const ends = new Set<unknown>();
  const property = fc.asyncProperty(fc.array(whatever, { minLength: 20, maxLength: 120 }), async (random) => {
    const submissions = [...begin, ...random];
    const batched = await rowsAfter(submissions, 500, atOnce);
    expect(await rowsAfter(submissions, 5, atOnce)).toEqual(batched);
    expect(await rowsAfter(submissions, 1, hoursBetween())).toEqual(batched);
    for (const order of batched['orders'] ?? []) ends.add(order['status']);
  });
  await fc.assert(property, { seed: SEED, numRuns: 16, examples: [[ALL_ENDS]] });
  expect([...ends]).toEqual(expect.arrayContaining(['completed', 'rejected', 'cancelled']));
}, 30_000);
