import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Order } from '@souk/contracts/http/order';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { answered, send } from './support/requests.ts';
import { seededRandom } from './support/seeded-random.ts';
import type { Snapshot } from './support/snapshot.ts';

const ENV = { GATEWAY_TIMEOUT_S: '0.2', SIMULATOR_LATE_S: '4', ORDER_PAYMENT_TIMEOUT_S: '2', ORDER_PAYMENT_LIMIT_S: '2' };
const CARDS = [
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_flaky',
  'tok_timeout_captured',
  'tok_late_capture',
];

/** Orders of every ending, parcels on their way, and somebody who leaves. */
async function busyDay(shop: OpenShop): Promise<void> {
  const { client } = shop;
  const products = await stockUp(client, shop.staff, { LAMP: [30, 30], TABLE: [2, 1] });
  const customer = await shop.customer();
  const place = async (card: string, sku: string, quantity: number) => {
    const { id } = await client.addPaymentMethod(customer, card);
    return (await client.placeOrder(customer, orderOf(id, [sku, quantity]), randomUUID())).id;
  };
  await Promise.all(CARDS.flatMap((card) => [place(card, 'LAMP', 1), place(card, 'LAMP', 2)]));
  await place('tok_ok', 'TABLE', 3);
  await place('tok_ok', 'TABLE', 4);
  const regretted = await place('tok_ok', 'LAMP', 1);
  await orderWhen(client, customer, regretted, ({ status }) => status === 'completed');
  await client.cancel(customer, regretted);
  await client.cancel(customer, await place('tok_ok', 'LAMP', 1));
  await sent(shop, await orderWhen(client, customer, await place('tok_ok', 'LAMP', 1), ({ status }) => status === 'completed'));
  const leaver = await shop.customer();
  const { id: card } = await client.addPaymentMethod(leaver, 'tok_ok');
  await client.placeOrder(leaver, orderOf(card, ['LAMP', 1]), randomUUID());
  expect((await send(shop, ['DELETE', 'user', '/users/me', { password: PASSWORD }], leaver)).status).toBe(204);
  const lamp = products.get('LAMP');
  if (lamp !== undefined) await client.changePrice(shop.staff, lamp, 'LAMP', { amount: 1, currency: 'EUR' });
}

async function sent(shop: OpenShop, { id, shipments }: Order): Promise<void> {
  const parcel = { carrier: 'DHL', trackingNumber: '00340' };
  for (const { id: shipmentId } of shipments) {
    const path = `/orders/${id}/shipments/${shipmentId}`;
    await answered(shop, ['POST', 'order', `${path}/ship`, parcel], shop.staff);
    await answered(shop, ['POST', 'order', `${path}/deliver`], shop.staff);
  }
}

/** All that may be asked of a shop, but for the log and how far a lane says it was sent, which is noted now and then. */
function stateOf({ logged: _log, backlogs, ...state }: Snapshot) {
  return { ...state, backlogs: backlogs.map(({ unsent: _noted, ...backlog }) => backlog) };
}

onEveryEngine('every message of every topic delivered again', (openShop) => {
  test('in any order changes nothing', async () => {
    const random = seededRandom('replay');
    await using shop = await openShop(ENV);
    await busyDay(shop);
    const before = await shop.rest();
    const messages = await messagesOf(shop.records, TOPIC_NAMES);
    expect(messages.length).toBeGreaterThan(50);
    await shop.hears(random.shuffled([...messages, ...messages]));
    const after = await shop.rest();
    expect(stateOf(after)).toEqual(stateOf(before));
    const ends = new Set(after.orders.map(({ status, reason }) => reason ?? status));
    expect(ends).toEqual(
      new Set(['completed', 'payment_declined', 'payment_expired', 'out_of_stock', 'cancelled_by_customer']),
    );
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
