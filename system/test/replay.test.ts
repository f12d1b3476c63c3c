import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { readEmbeddedShop } from '../src/verify/read-embedded-shop.ts';
import { appendToLog, logged } from './support/log-contents.ts';
import { type OpenShop, openShop } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { seededRandom } from './support/seeded-random.ts';

const ENV = { GATEWAY_TIMEOUT_S: '0.2', SIMULATOR_LATE_S: '4', ORDER_PAYMENT_TIMEOUT_S: '2' };
const CARDS = [
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_flaky',
  'tok_timeout_captured',
  'tok_late_capture',
];

/** Orders of every ending. */
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
  const lamp = products.get('LAMP');
  if (lamp !== undefined) await client.changePrice(shop.staff, lamp, 'LAMP', { amount: 1, currency: 'EUR' });
}

/** All that may be asked of a shop; of its messages only what it made itself. */
function stateOf(folder: string) {
  const { logged: _log, charges, ...state } = readEmbeddedShop(folder);
  return { ...state, charges: charges.toSorted((a, b) => a.key.localeCompare(b.key)) };
}

test('every message of every topic delivered again, in any order, changes nothing', async () => {
  const random = seededRandom('replay');
  await using shop = await openShop(ENV);
  await busyDay(shop);
  const states: ReturnType<typeof stateOf>[] = [];
  await shop.whileStopped(async () => {
    states.push(stateOf(shop.folder));
    const messages = TOPIC_NAMES.flatMap((topic) => logged(shop.folder, topic));
    expect(messages.length).toBeGreaterThan(50);
    await appendToLog(shop.folder, random.shuffled([...messages, ...messages]));
  });
  expect(await shop.close()).toEqual([]);
  states.push(stateOf(shop.folder));
  const [before, after] = states;
  expect(after).toEqual(before);
  const ends = new Set(after?.orders.map(({ status, reason }) => reason ?? status));
  expect(ends).toEqual(
    new Set(['completed', 'payment_declined', 'payment_expired', 'out_of_stock', 'cancelled_by_customer']),
  );
}, 60_000);
