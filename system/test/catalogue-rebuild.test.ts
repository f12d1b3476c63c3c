import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import type { CatalogueRebuildStatus } from '@souk/contracts/http/order';
import { ask } from '../src/shop/ask.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, PRICE, stockUp } from './support/ordering.ts';

const NEW_PRICE = { amount: 1490, currency: 'EUR' };

async function rebuilt({ urls, staff }: OpenShop): Promise<CatalogueRebuildStatus> {
  const url = `${urls.order}/ops/catalogue/rebuild`;
  expect((await ask(url, { method: 'POST', token: staff })).status).toBe(202);
  return until('the rebuild has ended', async () => {
    const last: CatalogueRebuildStatus = JSON.parse((await ask(url, { token: staff })).text);
    return last.status !== 'emptying' && last.status !== 'reading' && last;
  }, 30_000);
}

onEveryEngine('a catalogue copy that was changed by hand', (openShop) => {
  test('is right after a rebuild, and follows Product as before', async () => {
    await using shop = await openShop();
    const products = await stockUp(shop.client, shop.staff, { LAMP: [100], MUG: [100] });
    await shop.rest();
    const changed = "update catalogue set price = 1, version = 99 where sku = 'LAMP'";
    expect(await until('written', () => shop.execute('order', changed).catch(() => 0))).toBe(1);
    const newest = 'update catalogue_products set version = 99';
    expect(await until('written', () => shop.execute('order', newest).catch(() => 0))).toBe(2);
    const customer = await shop.customer();
    const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const prices = async () => {
      const order = await shop.client.placeOrder(customer, orderOf(id, ['LAMP', 1], ['MUG', 1]), randomUUID());
      return order.items.map(({ unitPrice }) => unitPrice);
    };
    // What was written by hand counts a second later (docs/adr/0067); what the service itself does counts at once.
    await until('the price that was written', async () => Bun.deepEquals(await prices(), [{ ...PRICE, amount: 1 }, PRICE]));
    expect(await rebuilt(shop)).toMatchObject({ status: 'done', skipped: 0, failure: null });
    expect(await prices()).toEqual([PRICE, PRICE]);
    const mug = products.get('MUG');
    if (mug === undefined) throw new Error('the mug is not on sale');
    await shop.client.changePrice(shop.staff, mug, 'MUG', NEW_PRICE);
    await shop.rest();
    expect(await prices()).toEqual([PRICE, NEW_PRICE]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
