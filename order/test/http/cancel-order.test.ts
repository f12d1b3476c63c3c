import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Order, Timeline } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { message } from '../messages.ts';
import { eur, NORTH, PAYMENT_ID } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  [customer, staff] = await Promise.all([shop.customer(), shop.customer(undefined, ['customer', 'admin'])]);
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

function cancel(id: string, as?: string, body?: unknown) {
  return shop.ask<Order>('POST', `/orders/${id}/cancellation`, {
    ...(as !== undefined && { as }),
    ...(body !== undefined && { body }),
  });
}

async function completedOrder(): Promise<string> {
  const { id } = (await shop.place(customer)).body;
  await shop.reserved(id);
  await shop.paid(id);
  return id;
}

describe('POST /orders/{id}/cancellation', () => {
  test('answers 202, and a repeat gets the same order', async () => {
    const { id } = (await shop.place(customer)).body;
    const first = await cancel(id, customer, { note: 'wrong size' });
    expect(first).toMatchObject({
      status: 202,
      body: { id, status: 'cancelled', reason: 'cancelled_by_customer', version: 2 },
    });
    const again = await cancel(id, customer);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('etag')).toBe('"2"');
    const events = await shop.heard(id, 2);
    expect(events.map(({ type }) => type)).toEqual(['order.created', 'order.cancelled']);
    const { body } = await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer });
    expect(body.items).toMatchObject([
      { seq: 1, name: 'order.created', kind: 'event', from: null, to: 'placed' },
      { seq: 2, name: 'cancellation', kind: 'decision', reason: 'wrong size' },
      {
        seq: 3,
        name: 'order.cancelled',
        kind: 'event',
        from: 'placed',
        to: 'cancelled',
        reason: 'cancelled_by_customer',
      },
    ]);
  });

  test('by staff has that as its reason, unless the order is their own', async () => {
    const { id } = (await shop.place(customer)).body;
    expect(await cancel(id, staff)).toMatchObject({ status: 202, body: { reason: 'cancelled_by_staff' } });
    const own = (await shop.place(staff)).body;
    expect(await cancel(own.id, staff)).toMatchObject({ status: 202, body: { reason: 'cancelled_by_customer' } });
  });

  test('works for a completed order, whose payment status then follows the refunds', async () => {
    const id = await completedOrder();
    expect(await cancel(id, customer)).toMatchObject({
      status: 202,
      body: { status: 'cancelled', paymentStatus: 'paid', shipments: [] },
    });
    const refund = (amount: number, refundedTotal: number) =>
      message('payment.refunded', id, {
        orderId: id,
        paymentId: PAYMENT_ID,
        refundId: Bun.randomUUIDv7(),
        amount: eur(amount),
        refundedTotal: eur(refundedTotal),
      });
    await shop.tell(refund(500, 500), refund(1500, 2000), refund(1500, 2000));
    const { items } = await recorded(id, 2);
    expect(items.filter(({ kind }) => kind === 'note')).toHaveLength(2);
    const { body } = await shop.ask<Order>('GET', `/orders/${id}`, { as: customer });
    expect(body).toMatchObject({ status: 'cancelled', paymentStatus: 'refunded' });
  });

  test('works while its payment is waited for: later messages of Payment are recorded and change nothing', async () => {
    const { id, total } = (await shop.place(customer)).body;
    await shop.reserved(id);
    expect(await cancel(id, customer)).toMatchObject({ status: 202, body: { status: 'cancelled', paymentStatus: 'none' } });
    const capturedAt = new Date().toISOString();
    const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
    await shop.tell(
      message('payment.completed', id, { orderId: id, paymentId: PAYMENT_ID, amount: total, capturedAt }),
      message('inventory.released', id, { orderId: id, allocations, restocked: false }),
    );
    await recorded(id, 2);
    const { body } = await shop.ask<Order>('GET', `/orders/${id}`, { as: customer });
    expect(body).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer', paymentStatus: 'paid' });
  });

  test('is refused once a parcel was sent, and nothing changes', async () => {
    const id = await completedOrder();
    const [parcel] = (await shop.store.reads.order(id))?.shipments ?? [];
    const body = { carrier: 'Post', trackingNumber: 'AT1' };
    const sent = await shop.ask<Order>('POST', `/orders/${id}/shipments/${parcel?.id}/ship`, { as: staff, body });
    expect(sent.status).toBe(200);
    for (const who of [customer, staff]) {
      const refusal = await cancel(id, who);
      expect([refusal.status, (refusal.body as unknown as Problem).type]).toEqual([409, 'urn:souk:problem:not-cancellable']);
    }
    expect((await shop.ask<Order>('GET', `/orders/${id}`, { as: customer })).body).toEqual(sent.body);
  });

  test('is refused when the order was rejected', async () => {
    const { id } = (await shop.place(customer)).body;
    await shop.tell(
      message('inventory.failed', id, { orderId: id, shortages: [{ sku: 'MUG', requested: 2, available: 0 }] }),
    );
    await shop.reaches(id, 'rejected');
    const { status, body } = await cancel(id, customer);
    expect([status, (body as unknown as Problem).type]).toEqual([409, 'urn:souk:problem:not-cancellable']);
  });

  test("is 404 for another customer's order, an unknown and a malformed id; 401 without a token", async () => {
    const { id } = (await shop.place(customer)).body;
    expect((await cancel(id, await shop.customer())).status).toBe(404);
    expect((await cancel(NORTH, customer)).status).toBe(404);
    expect((await cancel('12', customer)).status).toBe(404);
    expect((await cancel(id)).status).toBe(401);
    expect((await shop.store.reads.order(id))?.status).toBe('placed');
  });

  test('refuses a card number in the note, and unknown fields', async () => {
    const { id } = (await shop.place(customer)).body;
    expect(await cancel(id, customer, { note: 'card 4242-4242-4242-4242' })).toMatchObject({
      status: 422,
      body: { type: 'urn:souk:problem:card-number-refused', errors: [{ pointer: '/note' }] },
    });
    expect((await cancel(id, customer, { reason: 'x' })).status).toBe(422);
  });
});

/** The timeline, once it has so many notes. */
async function recorded(id: string, notes: number): Promise<Timeline> {
  return until('notes', async () => {
    const { body } = await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer });
    return body.items.filter(({ kind }) => kind === 'note').length >= notes && body;
  });
}
