import { afterAll, beforeAll, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Order } from '@souk/contracts/http/order';
import { message } from '../messages.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;

beforeAll(async () => {
  shop = await runOrderService();
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

const erased = (id: string) =>
  until('erased', async () => {
    const order = await shop.store.reads.order(id);
    return order !== undefined && order.erasedAt !== null && order;
  });

test('who has left is erased from the orders and their history; goods and money stay, and no token is good any more', async () => {
  const userId = Bun.randomUUIDv7();
  const [customer, staff] = await Promise.all([shop.customer(userId), shop.customer(undefined, ['customer', 'staff'])]);
  const { id } = (await shop.place(customer)).body;
  await shop.reserved(id);
  await shop.paid(id);
  const before = await shop.reaches(id, 'completed');
  const left = message('user.deleted', userId, { userId, deletedAt: new Date().toISOString() });
  await shop.tell(left, left);
  await erased(id);
  const { body } = await shop.ask<Order>('GET', `/orders/${id}`, { as: staff });
  expect(body.shippingAddress).toEqual({ name: 'erased', line1: 'erased', city: 'erased', postalCode: 'erased', country: 'AT' });
  expect(body).toMatchObject({ status: 'completed', total: before.total, version: before.version + 1 });
  expect(body.items.map(({ title }) => title)).toEqual(before.items.map(({ title }) => title));
  expect(JSON.stringify(await shop.store.writing.readStream(id))).not.toContain('Lange Gasse');
  expect((await shop.ask('GET', '/orders', { as: customer })).status).toBe(401);
  expect((await shop.place(customer)).status).toBe(401);
});

test('an order that was under way while its customer left is erased too, and goes on without its address', async () => {
  const userId = Bun.randomUUIDv7();
  const customer = await shop.customer(userId);
  const { id } = (await shop.place(customer)).body;
  await shop.tell(message('user.deleted', userId, { userId, deletedAt: new Date().toISOString() }));
  await erased(id);
  await shop.reserved(id);
  await shop.paid(id);
  const events = await shop.heard(id, 3);
  expect(events[2]).toMatchObject({ type: 'order.completed', data: { shippingAddress: { name: 'erased', country: 'AT' } } });
});
