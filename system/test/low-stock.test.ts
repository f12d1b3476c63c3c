import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';

const ENV = { INVENTORY_LOW_THRESHOLD: '10' };

async function buy(shop: OpenShop, orders: number, quantity: number): Promise<void> {
  const customer = await shop.customer();
  const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
  const place = () => shop.client.placeOrder(customer, orderOf(id, ['LAMP', quantity]), randomUUID());
  await Promise.all(Array.from({ length: orders }, place));
}

/** What was said of the lamp, in that order. */
async function said(shop: OpenShop): Promise<readonly unknown[]> {
  await shop.rest();
  return (await messagesOf(shop.records, ['inventory.low'])).map(({ value }) => JSON.parse(value));
}

onEveryEngine('a SKU that runs low', (openShop) => {
  test('is reported once in a rush, and again only after there was enough of it', async () => {
    await using shop = await openShop(ENV);
    await stockUp(shop.client, shop.staff, { LAMP: [30, 20] });
    expect(await said(shop)).toEqual([]);
    await buy(shop, 80, 1);
    const once = { sku: 'LAMP', available: 9, threshold: 10 };
    expect(await said(shop)).toEqual([once]);
    expect((await shop.client.stock('LAMP')).available).toBe(0);

    const [warehouse] = (await shop.client.warehouses(shop.staff)).items;
    const deliver = (quantity: number) => shop.client.receive(shop.staff, 'LAMP', warehouse?.id ?? '', quantity, randomUUID());
    await deliver(9);
    await buy(shop, 4, 1);
    expect(await said(shop)).toEqual([once]);
    await deliver(15);
    await buy(shop, 4, 4);
    expect(await said(shop)).toEqual([once, { ...once, available: 8 }]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
