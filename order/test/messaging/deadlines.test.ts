import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Timeline } from '@souk/contracts/http/order-timeline';
import { message } from '../messages.ts';
import { ADDRESS, METHOD_ID, NORTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;

beforeAll(async () => {
  shop = await runOrderService({ stockTimeoutMs: 600, paymentTimeoutMs: 100 });
  customer = await shop.customer();
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

describe('an order that nobody answers is given up', () => {
  test('when Inventory is silent', async () => {
    const { id } = (await shop.place(customer)).body;
    expect(await shop.reaches(id, 'cancelled')).toMatchObject({ reason: 'inventory_timeout', deadlineAt: null });
    const { body } = await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer });
    expect(body.items.slice(1)).toMatchObject([
      { seq: 2, kind: 'decision', name: 'deadline', causationId: null },
      { seq: 3, kind: 'event', name: 'order.cancelled', reason: 'inventory_timeout' },
    ]);
  });

  test('and what it is cancelled by stands in the trace that had begun it', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const order = { items: [{ sku: 'MUG', quantity: 2 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
    const headers = { traceparent, 'idempotency-key': Bun.randomUUIDv7() };
    const { body } = await shop.ask<{ id: string }>('POST', '/orders', { as: customer, body: order, headers });
    const [, cancelled] = await shop.heard(body.id, 2);
    expect(cancelled).toMatchObject({ type: 'order.cancelled', causationId: null, traceparent });
  });

  test('when Payment is silent', async () => {
    const { id } = (await shop.place(customer)).body;
    const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
    await shop.tell(message('inventory.reserved', id, { orderId: id, allocations }));
    expect(await shop.reaches(id, 'cancelled')).toMatchObject({ reason: 'payment_expired', paymentStatus: 'none' });
  });
});
