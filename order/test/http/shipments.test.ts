import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Order, Timeline } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { erasedOrder } from '../../src/domain/erase-person.ts';
import { message } from '../messages.ts';
import { NORTH, PAYMENT_ID, REFUND_ID, SOUTH } from '../orders.ts';
import { type Reply, type RunningService, runOrderService } from '../running-service.ts';
import { put, settle } from '../storage/settle.ts';

let shop: RunningService;
let customer: string;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  [customer, staff] = await Promise.all([shop.customer(), shop.customer(undefined, ['customer', 'staff'])]);
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

const POST = { carrier: 'Post', trackingNumber: 'AT 0001' };

/** A completed order that two warehouses serve. */
async function completedOrder() {
  const { id } = (await shop.place(customer)).body;
  await shop.reserved(id, [NORTH, SOUTH]);
  await shop.paid(id);
  const [first = '', second = ''] = (await shop.store.reads.order(id))?.shipments.map((shipment) => shipment.id) ?? [];
  return { id, first, second };
}

function step(name: 'ship' | 'deliver', order: string, shipment: string, body?: unknown, as = staff): Promise<Reply<Order>> {
  return shop.ask('POST', `/orders/${order}/shipments/${shipment}/${name}`, { as, ...(body !== undefined && { body }) });
}

/** Payment has given so much back, of all that was paid unless it is said. */
async function refunded(id: string, back?: number): Promise<void> {
  const order = await shop.reaches(id, 'completed');
  const amount = { ...order.total, ...(back !== undefined && { amount: back }) };
  await shop.tell(message('payment.refunded', id, { orderId: id, paymentId: PAYMENT_ID, refundId: REFUND_ID, amount, refundedTotal: amount }));
  await until('Order has heard of it', async () => (await shop.store.reads.order(id))?.refunded === amount.amount);
}

function typeOf({ status, body }: Reply<unknown>) {
  return [status, (body as Problem).type];
}

describe('a parcel', () => {
  test('is sent and delivered with one event each, and the other parcel waits', async () => {
    const { id, first, second } = await completedOrder();
    const sent = await step('ship', id, first, POST);
    expect(sent).toMatchObject({ status: 200, body: { status: 'completed', version: 4 } });
    expect(sent.headers.get('etag')).toBe('"4"');
    const state = ({ body }: Reply<Order>) => body.shipments.map((s) => [s.id, s.status, s.carrier, s.trackingNumber]);
    const waiting = [second, 'pending', null, null];
    expect(state(sent)).toEqual([[first, 'shipped', 'Post', 'AT 0001'], waiting]);
    const arrived = await step('deliver', id, first);
    expect(state(arrived)).toEqual([[first, 'delivered', 'Post', 'AT 0001'], waiting]);
    for (const again of [await step('ship', id, first, POST), await step('deliver', id, first, {})]) {
      expect(again).toMatchObject({ status: 200, body: arrived.body });
    }
    const [, , , shipped, delivered] = await shop.heard(id, 5);
    expect(shipped).toMatchObject({ type: 'order.shipped', aggregateVersion: 4, data: { orderId: id, shipmentId: first, ...POST } });
    expect(delivered).toMatchObject({ type: 'order.delivered', aggregateVersion: 5, data: { shipmentId: first, ...POST } });
    expect(shop.sent.filter(({ subject }) => subject === id)).toHaveLength(5);
  });

  test('has its steps in the timeline', async () => {
    const { id, first } = await completedOrder();
    await step('ship', id, first, POST);
    await step('deliver', id, first);
    const { body } = await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer });
    expect(body.items.slice(-4)).toMatchObject([
      { seq: 6, kind: 'decision', name: 'ship', service: 'order' },
      { seq: 7, kind: 'event', name: 'order.shipped', from: null, to: null },
      { seq: 8, kind: 'decision', name: 'deliver' },
      { seq: 9, kind: 'event', name: 'order.delivered' },
    ]);
  });

  test('cannot be delivered before it was sent, nor sent again by another carrier', async () => {
    const { id, first } = await completedOrder();
    expect(typeOf(await step('deliver', id, first))).toEqual([409, 'urn:souk:problem:not-shippable']);
    await step('ship', id, first, POST);
    const another = { ...POST, trackingNumber: 'AT 0002' };
    expect(typeOf(await step('ship', id, first, another))).toEqual([409, 'urn:souk:problem:not-shippable']);
    expect((await shop.store.reads.order(id))?.version).toBe(4);
  });

  test('of a cancelled order cannot be sent', async () => {
    const { id, first } = await completedOrder();
    await shop.ask('POST', `/orders/${id}/cancellation`, { as: customer });
    expect(typeOf(await step('ship', id, first, POST))).toEqual([409, 'urn:souk:problem:not-shippable']);
  });

  test('cannot be sent once all of the money went back; one on its way can still be delivered', async () => {
    const { id, first, second } = await completedOrder();
    await step('ship', id, first, POST);
    await refunded(id);
    const refusal = await step('ship', id, second, POST);
    expect(refusal).toMatchObject({ status: 409, body: { type: 'urn:souk:problem:not-shippable', reason: 'refunded' } });
    expect((await step('ship', id, first, POST)).status).toBe(200);
    expect(await step('deliver', id, second)).toMatchObject({ status: 409, body: { reason: 'not_sent_yet' } });
    expect(await step('deliver', id, first)).toMatchObject({ status: 200, body: { paymentStatus: 'refunded' } });
    expect((await shop.store.reads.order(id))?.shipments.map(({ status }) => status)).toEqual(['delivered', 'pending']);
  });

  test('cannot be sent without its address, which an earlier version erased before the delivery', async () => {
    const { id, first } = await completedOrder();
    const order = await shop.reaches(id, 'completed');
    await settle(shop.store, [put({ orders: [{ ...erasedOrder(order), erasedAt: order.updatedAt, version: order.version + 1 }] })]);
    expect(await step('ship', id, first, POST)).toMatchObject({ status: 409, body: { reason: 'erased' } });
    expect((await shop.ask('POST', `/orders/${id}/cancellation`, { as: staff })).status).toBe(202);
  });

  test('can still be sent after a partial refund', async () => {
    const { id, first } = await completedOrder();
    await refunded(id, 1);
    expect(await step('ship', id, first, POST)).toMatchObject({ status: 200, body: { paymentStatus: 'partially_refunded' } });
  });

  test('of a refunded order that was never sent: a cancellation returns the goods', async () => {
    const { id, first } = await completedOrder();
    await refunded(id);
    const cancelled = await shop.ask<Order>('POST', `/orders/${id}/cancellation`, { as: staff });
    expect(cancelled).toMatchObject({ status: 202, body: { status: 'cancelled', paymentStatus: 'refunded', shipments: [] } });
    expect(await step('ship', id, first, POST)).toMatchObject({ status: 409, body: { reason: 'cancelled' } });
  });

  test('is for staff; unknown ids are 404, invalid bodies 422', async () => {
    const { id, first } = await completedOrder();
    expect((await step('ship', id, first, POST, customer)).status).toBe(403);
    expect((await shop.ask('POST', `/orders/${id}/shipments/${first}/deliver`)).status).toBe(401);
    expect((await step('ship', id, NORTH, POST)).status).toBe(404);
    expect((await step('ship', NORTH, first, POST)).status).toBe(404);
    expect((await step('ship', id, '12', POST)).status).toBe(404);
    const wrong = [{}, { ...POST, carrier: '' }, { ...POST, by: 'air' }, { ...POST, carrier: '4242 4242 4242 4242' }];
    for (const body of wrong) expect((await step('ship', id, first, body)).status).toBe(422);
    expect((await step('deliver', id, first, { at: 'noon' })).status).toBe(422);
    expect((await shop.store.reads.order(id))?.version).toBe(3);
  });
});

test('GET /saga has the steps of parcels too', async () => {
  const { body } = await shop.ask<{ shipments: unknown }>('GET', '/saga');
  expect(body.shipments).toEqual({
    states: ['pending', 'shipped', 'delivered'],
    transitions: [
      { from: 'pending', on: 'ship', to: 'shipped', emits: ['order.shipped'] },
      { from: 'shipped', on: 'deliver', to: 'delivered', emits: ['order.delivered'] },
    ],
  });
});
