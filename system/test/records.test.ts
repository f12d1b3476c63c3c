import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { describeOn } from '@souk/chassis/testing/real-servers';
import type { Collection } from 'mongodb';
import { embeddedGround } from './support/embedded-ground.ts';
import { message } from './support/events.ts';
import { factsWithoutIds } from './support/facts-without-ids.ts';
import { withForged } from './support/forged-documents.ts';
import { type OpenShop, openShopOn } from './support/open-shop.ts';
import { orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';
import { type RealGround, realGround } from './support/real-ground.ts';
import { broken } from './support/rest.ts';
import { readSnapshot, type Snapshot } from './support/snapshot.ts';

/** An order of every ending, one after the other, and a change of price. */
async function history(shop: OpenShop): Promise<Snapshot> {
  const { client, staff } = shop;
  const lamp = (await stockUp(client, staff, { LAMP: [3, 4], TABLE: [2] })).get('LAMP');
  const customer = await shop.customer();
  const ordered = async (card: string, sku: string, quantity: number, end: string) => {
    const method = await client.addPaymentMethod(customer, card);
    const { id } = await client.placeOrder(customer, orderOf(method.id, [sku, quantity]), randomUUID());
    await orderWhen(client, customer, id, ({ status }) => status === end);
    return id;
  };
  await ordered('tok_ok', 'LAMP', 5, 'completed');
  await ordered('tok_ok', 'TABLE', 3, 'rejected');
  await ordered('tok_declined', 'TABLE', 1, 'cancelled');
  await client.cancel(customer, await ordered('tok_ok', 'TABLE', 2, 'completed'));
  if (lamp !== undefined) await client.changePrice(staff, lamp, 'LAMP', { amount: 900, currency: 'EUR' });
  expect(await shop.close()).toEqual([]);
  return readSnapshot(shop.records);
}

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('what a shop has written', () => {
    let ground: RealGround;
    let shop: OpenShop;
    let facts: Snapshot;

    beforeAll(async () => {
      ground = await realGround();
      shop = await openShopOn(async () => ground)();
      facts = await history(shop);
    }, 120_000);
    afterAll(() => shop[Symbol.asyncDispose]());

    test('is the same on files and on servers after the same history', async () => {
      await using other = await openShopOn(embeddedGround)();
      expect(factsWithoutIds(facts)).toEqual(factsWithoutIds(await history(other)));
      expect(facts.orders).toHaveLength(4);
    }, 120_000);

    const found = () => broken(shop.records);

    test.each(['product', 'user'] as const)('an event that is missing from the documents of %s is found', async (service) => {
      const moved = (events: Collection) => events.updateOne({ version: 1 }, { $set: { stream: 'elsewhere', version: 2 } });
      expect(await withForged(ground.addresses.databases[service], 'events', moved, found)).toContainEqual(
        `every history has all its versions, 1..n without a gap: ${service} elsewhere: versions 2`,
      );
    }, 120_000);

    test('an event that was never sent is found in documents', async () => {
      const oneMore = (lanes: Collection) => lanes.updateOne({}, { $inc: { lastSeq: 1 } });
      expect(await withForged(ground.addresses.databases.product, 'lanes', oneMore, found)).toEqual([
        'every event that was committed is in the log: product: 1 events are not marked as sent',
      ]);
    }, 120_000);

    test('a category that counts a product it does not have is found in documents', async () => {
      const one = (use: Collection) => use.insertOne({ _id: 'c-1' as never, products: 1 });
      expect(await withForged(ground.addresses.databases.product, 'categoryUse', one, found)).toEqual([
        'every category counts the products in it: category c-1 counts 1 products, 0 are in it',
      ]);
    }, 120_000);

    test('parked messages are found in documents', async () => {
      const two = (keys: Collection) => keys.insertOne({ nextAttemptAt: 0, messages: [{}, {}] });
      expect(await withForged(ground.addresses.databases.product, 'parked_keys', two, found)).toEqual([
        'no message is unhandled, parked or a dead letter: product: 2 messages are parked',
      ]);
    }, 120_000);

    test('open dead letters are found in documents, and discarded ones are not', async () => {
      const two = (letters: Collection) =>
        letters.insertMany([
          { status: 'dead', cause: 'nobody understands it' },
          { status: 'discarded', cause: 'nobody understood it' },
        ]);
      expect(await withForged(ground.addresses.databases.user, 'dead_letters', two, found)).toEqual([
        'no message is unhandled, parked or a dead letter: user has a dead letter: nobody understands it',
      ]);
    }, 120_000);

    test('a message in the log that its reader has not handled is found', async () => {
      const orderId = randomUUID();
      const order = { orderId, userId: randomUUID(), items: [{ sku: 'LAMP', quantity: 2 }], total: PRICE };
      await ground.append([message('order.created', orderId, order)]);
      expect(await found()).toEqual(['no message is unhandled, parked or a dead letter: 1 messages are not handled']);
    }, 120_000);
  });
});
