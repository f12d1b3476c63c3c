import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { OrderCounts, StuckOrders } from '@souk/contracts/http/order';
import { message } from '../messages.ts';
import { NORTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  [customer, staff] = await Promise.all([shop.customer(), shop.customer(undefined, ['customer', 'staff'])]);
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

const place = async () => (await shop.place(customer)).body.id;
const counts = async () => (await shop.ask<OrderCounts>('GET', '/orders/counts', { as: staff })).body;
const stuck = async () => (await shop.ask<StuckOrders>('GET', '/orders/stuck', { as: staff })).body;

/** As if all that happened to it had happened so much earlier. */
function age(id: string, seconds: number): void {
  const database = new Database(shop.database);
  try {
    database.run('update orders set placed_at = placed_at - ?1, updated_at = updated_at - ?1, deadline_at = deadline_at - ?1 where id = ?2', [seconds * 1000, id]);
    database.run('update events set at = at - ?1 where stream = ?2', [seconds * 1000, id]);
  } finally {
    database.close();
  }
}

describe.each(['/orders/counts', '/orders/stuck'])('GET %s', (path) => {
  test('is for staff', async () => {
    expect((await shop.ask('GET', path)).status).toBe(401);
    expect((await shop.ask('GET', path, { as: customer })).status).toBe(403);
    expect((await shop.ask('GET', path, { as: staff })).status).toBe(200);
  });

  test('stands beside orders by id, which it is not', async () => {
    expect((await shop.ask('GET', `${path}x`, { as: staff })).status).toBe(404);
    expect((await shop.ask('GET', `${path}/timeline`, { as: staff })).status).toBe(404);
    const wrong = await shop.ask('DELETE', path, { as: staff });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

test('orders are counted by status, soon after they have moved', async () => {
  const none = { placed: 0, awaiting_payment: 0, completed: 0, rejected: 0, cancelled: 0, stuck: 0, stuckAfterS: 10 };
  expect(await counts()).toEqual(none);
  const [placed, paid, short, regretted] = [await place(), await place(), await place(), await place()];
  await shop.reserved(paid);
  await shop.paid(paid);
  await shop.tell(message('inventory.failed', short, { orderId: short, shortages: [{ sku: 'MUG', requested: 2, available: 1 }] }));
  await shop.reaches(short, 'rejected');
  await shop.ask('POST', `/orders/${regretted}/cancellation`, { as: customer });
  const moved = await until('all counted', async () => {
    const now = await counts();
    return now.cancelled === 1 && now;
  });
  expect(moved).toEqual({ ...none, placed: 1, completed: 1, rejected: 1, cancelled: 1 });
  age(placed, 20);
  expect(await until('one is stuck', async () => (await counts()).stuck === 1)).toBe(true);
  await shop.ask('POST', `/orders/${placed}/cancellation`, { as: customer });
});

test('an answer is shared for a moment: a crowd of pages costs one', async () => {
  const first = await counts();
  await place();
  const answers = await Promise.all(Array.from({ length: 50 }, counts));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]?.placed ?? 0).toBeLessThanOrEqual(first.placed + 1);
});

test('stuck orders are told with what they wait for, since when, and until when', async () => {
  const [waiting, reserved, cancelled, back] = [await place(), await place(), await place(), await place()];
  for (const id of [reserved, cancelled, back]) await shop.reserved(id);
  await shop.paid(cancelled);
  for (const id of [cancelled, back]) await shop.ask('POST', `/orders/${id}/cancellation`, { as: staff });
  const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
  await shop.tell(message('inventory.released', back, { orderId: back, allocations, restocked: false }));
  await until('its stock is back', async () => (await shop.store.reads.order(back))?.allocations?.length === 0);
  age(waiting, 20);
  age(reserved, 40);
  age(cancelled, 60);
  age(back, 80);
  const ofThese = ({ items }: StuckOrders) => items.filter(({ orderId }) => [waiting, reserved, cancelled, back].includes(orderId));
  const { items, stuckAfterS } = await until('all are told', async () => {
    const now = await stuck();
    return ofThese(now).length === 4 && now;
  });
  expect(stuckAfterS).toBe(10);
  const told = ofThese({ items, stuckAfterS });
  expect(told.map(({ orderId, status, waitsFor }) => [orderId, status, waitsFor])).toEqual([
    [cancelled, 'cancelled', 'stock_back'],
    [cancelled, 'cancelled', 'money_back'],
    [reserved, 'awaiting_payment', 'payment'],
    [waiting, 'placed', 'stock'],
  ]);
  const order = await shop.store.reads.order(waiting);
  expect([told[3]?.since, told[3]?.deadlineAt]).toEqual([order?.placedAt, order?.deadlineAt].map((at) => new Date(at ?? 0).toISOString()));
  expect([told[0]?.deadlineAt, told[1]?.deadlineAt]).toEqual([null, null]);
  const history = await shop.store.reads.histories([cancelled]);
  const at = history.get(cancelled)?.find(({ name }) => name === 'order.cancelled')?.at ?? 0;
  expect(told[0]?.since).toBe(new Date(at).toISOString());
});
