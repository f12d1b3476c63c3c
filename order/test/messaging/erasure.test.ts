import { afterAll, beforeAll, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Order, TimelineEntry } from '@souk/contracts/http/order';
import { message } from '../messages.ts';
import { NORTH, PAYMENT_ID, REFUND_ID, SOUTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  staff = await shop.customer(undefined, ['customer', 'staff']);
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

const ERASED = { name: 'erased', line1: 'erased', city: 'erased', country: 'AT' };
const POST = { carrier: 'Post', trackingNumber: 'AT 0001' };

interface Customer {
  readonly as: string;
  readonly left: EventEnvelope<'user.deleted'>;
}

async function somebody(): Promise<Customer> {
  const userId = Bun.randomUUIDv7();
  const left = message('user.deleted', userId, { userId, deletedAt: new Date().toISOString() });
  return { as: await shop.customer(userId), left };
}

const stored = (id: string) => shop.store.reads.order(id);
const erased = (id: string) => until('erased', async () => ((await stored(id))?.erasedAt ?? null) !== null);
const kept = (id: string) => until('kept', async () => ((await stored(id))?.leftAt ?? null) !== null);
const seen = async (id: string) => (await shop.ask<Order>('GET', `/orders/${id}`, { as: staff })).body;
const post = (path: string, body: unknown) => shop.ask<Order>('POST', path, { as: staff, body });

async function completed({ as }: Customer, warehouses: readonly string[] = [NORTH]) {
  const { id } = (await shop.place(as)).body;
  await shop.reserved(id, warehouses);
  await shop.paid(id);
  return { id, parcels: (await stored(id))?.shipments.map((parcel) => `/orders/${id}/shipments/${parcel.id}`) ?? [] };
}

/** Nothing of the person is in the order or in its history. */
async function expectErased(id: string): Promise<void> {
  await erased(id);
  expect((await seen(id)).shippingAddress).toEqual(ERASED);
  const history = JSON.stringify(await shop.store.writing.readStream(id));
  for (const personal of ['Lange Gasse', 'Zoë']) expect(history).not.toContain(personal);
}

function refunded(id: string, { amount, currency }: Order['total']): EventEnvelope<'payment.refunded'> {
  const back = { amount, currency };
  return message('payment.refunded', id, { orderId: id, paymentId: PAYMENT_ID, refundId: REFUND_ID, amount: back, refundedTotal: back });
}

test('a paid order of a deleted user is delivered first, with its address, and is erased after that', async () => {
  const customer = await somebody();
  const { id, parcels: [first, second] } = await completed(customer, [NORTH, SOUTH]);
  const before = await seen(id);
  await shop.tell(customer.left, customer.left);
  await kept(id);
  expect(await seen(id)).toEqual({ ...before, version: before.version + 1, updatedAt: expect.any(String) });
  expect(await post(`${first}/ship`, POST)).toMatchObject({ status: 200, body: { shippingAddress: before.shippingAddress } });
  await post(`${first}/deliver`, {});
  expect((await post(`${second}/ship`, POST)).status).toBe(200);
  expect((await stored(id))?.erasedAt).toBeNull();
  await shop.tell(customer.left);
  expect((await post(`${second}/deliver`, {})).body.shippingAddress).toEqual(before.shippingAddress);
  await expectErased(id);
  const { status, total, items } = before;
  expect(await seen(id)).toMatchObject({ status, total, items });
});

test('access tokens of a deleted user are refused', async () => {
  const { as, left } = await somebody();
  const { id } = await completed({ as, left });
  await shop.tell(left);
  await kept(id);
  await until('refused', async () => (await shop.ask('GET', '/orders', { as })).status === 401);
  expect((await shop.place(as)).status).toBe(401);
});

test('an order that is not completed is cancelled when its customer is deleted, and erased', async () => {
  const customer = await somebody();
  const { id: placed } = (await shop.place(customer.as)).body;
  const { id: reserved } = (await shop.place(customer.as)).body;
  await shop.reserved(reserved);
  await shop.tell(customer.left);
  for (const id of [placed, reserved]) {
    await expectErased(id);
    expect(await seen(id)).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer', paymentStatus: 'none' });
  }
  const [, , cancelled] = await shop.heard(reserved, 3);
  expect(cancelled).toMatchObject({
    type: 'order.cancelled',
    data: { reason: 'cancelled_by_customer' },
    causationId: customer.left.id,
    correlationId: reserved,
  });
  const { body } = await shop.ask<{ items: TimelineEntry[] }>('GET', `/orders/${placed}/timeline`, { as: staff });
  expect(body.items.slice(1)).toMatchObject([
    { service: 'user', kind: 'event', name: 'user.deleted', eventId: customer.left.id, at: customer.left.data.deletedAt },
    { service: 'order', kind: 'event', name: 'order.cancelled', to: 'cancelled', causationId: customer.left.id },
    { service: 'order', kind: 'note', name: 'address erased' },
  ]);
});

test('later messages about it are recorded: a reservation, a successful charge, its refund', async () => {
  const customer = await somebody();
  const { id, total, items } = (await shop.place(customer.as)).body;
  await shop.tell(customer.left);
  await erased(id);
  const allocations = items.map(({ sku, quantity }) => ({ sku, quantity, warehouseId: NORTH }));
  const capturedAt = new Date().toISOString();
  const paid = message('payment.completed', id, { orderId: id, paymentId: PAYMENT_ID, amount: total, capturedAt });
  await shop.tell(paid, message('inventory.reserved', id, { orderId: id, allocations }), paid, refunded(id, total), paid);
  await until('the money is back', async () => (await stored(id))?.paymentStatus === 'refunded');
  expect(await seen(id)).toMatchObject({ status: 'cancelled', shippingAddress: ERASED, shipments: [] });
});

test('an order is erased at once when it was delivered before, or when all of its money went back before it was sent', async () => {
  const customer = await somebody();
  const { id: delivered, parcels: [parcel] } = await completed(customer);
  await post(`${parcel}/ship`, POST);
  await post(`${parcel}/deliver`, {});
  const { id: back } = await completed(customer);
  await shop.tell(refunded(back, (await seen(back)).total));
  await until('Order has heard of it', async () => (await stored(back))?.paymentStatus === 'refunded');
  await shop.tell(customer.left);
  for (const id of [delivered, back]) {
    await expectErased(id);
    expect((await stored(id))?.leftAt).toBeNull();
  }
});

test.each(['cancelled', 'refunded'])('an order that is kept for its delivery is erased when it is %s instead', async (what) => {
  const customer = await somebody();
  const { id } = await completed(customer);
  await shop.tell(customer.left);
  await kept(id);
  if (what === 'refunded') await shop.tell(refunded(id, (await seen(id)).total));
  else expect((await post(`/orders/${id}/cancellation`, { note: 'Zoë asked for it' })).status).toBe(202);
  await expectErased(id);
});

test('the note of a cancellation is kept nowhere when the order is erased already', async () => {
  const customer = await somebody();
  const { id } = await completed(customer);
  await shop.tell(refunded(id, (await seen(id)).total), customer.left);
  await erased(id);
  expect((await post(`/orders/${id}/cancellation`, { note: 'Zoë asked for it' })).status).toBe(202);
  await expectErased(id);
});
