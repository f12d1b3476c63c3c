import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { readStream } from './support/read-stream.ts';
import { expectProblem, send } from './support/requests.ts';

/** Time to hang up while the money is on its way. */
const ENV = { GATEWAY_TIMEOUT_S: '0.2', SIMULATOR_LATE_S: '2', ORDER_PAYMENT_TIMEOUT_S: '60' };

onEveryEngine("the stream of an order's states", (openShop) => {
  let shop: OpenShop;
  let customer: string;

  async function placed(card: string, quantity = 1): Promise<string> {
    const { id } = await shop.client.addPaymentMethod(customer, card);
    return (await shop.client.placeOrder(customer, orderOf(id, ['LAMP', quantity]), randomUUID())).id;
  }
  const urlOf = (id: string) => `${shop.urls.order}/orders/${id}/stream`;

  beforeAll(async () => {
    shop = await openShop(ENV);
    await stockUp(shop.client, shop.staff, { LAMP: [20] });
    customer = await shop.customer();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('is read from its placement to its end over a lost connection, without a state that is missing or comes twice', async () => {
    const id = await placed('tok_late_capture');
    const before = await readStream(urlOf(id), { token: customer }, ({ status }) => status === 'awaiting_payment');
    const lastEventId = before.events.at(-1)?.seq ?? 0;
    const after = await readStream(urlOf(id), { token: customer, lastEventId });
    const events = [...before.events, ...after.events];
    expect([before.ended, after.ended]).toEqual([false, true]);
    expect(events.map(({ status, reason, paymentStatus }) => [status, reason, paymentStatus])).toEqual([
      ['placed', null, 'none'],
      ['awaiting_payment', null, 'pending'],
      ['completed', null, 'paid'],
    ]);
    const { items } = await shop.client.timeline(customer, id);
    expect(events.map(({ seq, at, status }) => [seq, at, status])).toEqual(
      items.flatMap(({ seq, at, to }) => (to === null ? [] : [[seq, at, to]])),
    );
    const again = await readStream(urlOf(id), { token: customer, lastEventId: events.at(-1)?.seq ?? 0 });
    expect([again.status, again.events]).toEqual([204, []]);
  }, 120_000);

  test.each([
    ['declined', 'tok_declined', 1, ['placed', 'awaiting_payment', 'cancelled'], 'payment_declined'],
    ['out of stock', 'tok_ok', 99, ['placed', 'rejected'], 'out_of_stock'],
  ] as const)('ends with an order that is %s', async (_, card, quantity, states, reason) => {
    const { events, ended } = await readStream(urlOf(await placed(card, quantity)), { token: customer });
    expect([ended, events.map(({ status }) => status), events.at(-1)?.reason]).toEqual([true, [...states], reason]);
  }, 120_000);

  test('is refused to anybody else, and all promises hold', async () => {
    const path = `/orders/${await placed('tok_ok')}/stream`;
    expectProblem(await send(shop, ['GET', 'order', path], await shop.customer()), 404);
    expectProblem(await send(shop, ['GET', 'order', path]), 401);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
