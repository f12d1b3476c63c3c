import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Timeline } from '@souk/contracts/http/order';
import { message } from '../messages.ts';
import { ADDRESS, METHOD_ID, NORTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;

beforeAll(async () => {
  shop = await runOrderService({ stockTimeoutMs: 600, paymentTimeoutMs: 100, limitMs: 100 });
  customer = await shop.customer();
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

describe('an unanswered order is cancelled at the limit', () => {
  test('when Inventory does not answer', async () => {
    const { id } = (await shop.place(customer)).body;
    expect(await shop.reaches(id, 'cancelled')).toMatchObject({ reason: 'inventory_timeout', deadlineAt: null });
    const { body } = await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer });
    expect(body.items.slice(1)).toMatchObject([
      { seq: 2, kind: 'decision', name: 'deadline', causationId: null },
      { seq: 3, kind: 'event', name: 'order.cancelled', reason: 'inventory_timeout' },
    ]);
  });

  test('and its cancellation belongs to the trace of its placement', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const order = { items: [{ sku: 'MUG', quantity: 2 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
    const headers = { traceparent, 'idempotency-key': Bun.randomUUIDv7() };
    const { body } = await shop.ask<{ id: string }>('POST', '/orders', { as: customer, body: order, headers });
    const [, cancelled] = await shop.heard(body.id, 2);
    expect(cancelled).toMatchObject({ type: 'order.cancelled', causationId: null, traceparent });
  });

  test('when Payment does not answer', async () => {
    const { id } = (await shop.place(customer)).body;
    const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
    await shop.tell(message('inventory.reserved', id, { orderId: id, allocations }));
    expect(await shop.reaches(id, 'cancelled')).toMatchObject({ reason: 'payment_expired', paymentStatus: 'none' });
  });
});

describe('without an answer', () => {
  test('an order is cancelled when others are answered, and waits on when none is', async () => {
    const busy = await runOrderService({ stockTimeoutMs: 600 });
    const buyer = await busy.customer();
    await busy.onSale({ MUG: 1000 });
    const { id: lost } = (await busy.place(buyer)).body;
    const { id: lone } = (await busy.place(buyer)).body;
    // Whatever its partition, some of these are in it.
    await until('the lost one is given up', async () => {
      const { id } = (await busy.place(buyer)).body;
      await busy.reserved(id);
      return (await busy.store.reads.order(lost))?.status === 'cancelled';
    });
    expect(await busy.store.reads.order(lost)).toMatchObject({ reason: 'inventory_timeout' });
    await busy.reaches(lone, 'cancelled');
    await busy.close();
  });

  test('a lone order waits past its deadline', async () => {
    const quiet = await runOrderService({ stockTimeoutMs: 300 });
    const buyer = await quiet.customer();
    await quiet.onSale({ MUG: 1000 });
    const { id } = (await quiet.place(buyer)).body;
    await until('its deadline has passed twice over', async () => {
      const order = await quiet.store.reads.order(id);
      return order?.deadlineAt !== null && order !== undefined && Date.now() > order.placedAt + 2500;
    });
    await quiet.reserved(id);
    await quiet.close();
  });
});
