import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { LogMessage } from '@souk/chassis/log/event-log';
import type { Order } from '@souk/contracts/http/order';
import type { Product } from '@souk/contracts/http/product';
import { RefusedError } from '../src/shop/shop-client.ts';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, PRICE, stockUp } from './support/ordering.ts';

const NEW_PRICE = { amount: 1490, currency: 'EUR' };
const NEWEST_PRICE = { amount: 990, currency: 'EUR' };

interface Market {
  readonly lamp: Product;
  order(): Promise<Order>;
  /** The type of the problem that an order is refused with. */
  refusal(): Promise<string>;
}

async function market(shop: OpenShop): Promise<Market> {
  const lamp = (await stockUp(shop.client, shop.staff, { LAMP: [100] })).get('LAMP');
  if (lamp === undefined) throw new Error('the lamp is not on sale');
  const customer = await shop.customer();
  const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
  const order = () => shop.client.placeOrder(customer, orderOf(id, ['LAMP', 2]), randomUUID());
  return {
    lamp,
    order,
    async refusal() {
      try {
        const placed = await order();
        return `accepted: ${placed.status}`;
      } catch (error) {
        if (error instanceof RefusedError) return error.problem.type;
        throw error;
      }
    },
  };
}

/** Every product message there ever was, oldest of each product first. */
function productMessages({ records }: OpenShop): Promise<readonly LogMessage[]> {
  return messagesOf(records, ['product.created', 'product.updated', 'product.price_changed']);
}

function priceIn({ items }: Order): unknown {
  return items[0]?.unitPrice;
}

onEveryEngine('the catalogue as orders see it', (openShop) => {
  test('a new price applies to new orders and changes no earlier one', async () => {
    await using shop = await openShop();
    const { lamp, order } = await market(shop);
    const before = await order();
    await shop.client.changePrice(shop.staff, lamp, 'LAMP', NEW_PRICE);
    await shop.rest();
    const after = await order();
    await shop.rest();
    expect([priceIn(before), priceIn(after)]).toEqual([PRICE, NEW_PRICE]);
    const asItIs = await shop.client.order(shop.staff, before.id);
    expect([asItIs.items, asItIs.total]).toEqual([before.items, before.total]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('old messages delivered late or twice never replace a newer price', async () => {
    await using shop = await openShop();
    const { lamp, order } = await market(shop);
    const newer = await shop.client.changePrice(shop.staff, lamp, 'LAMP', NEW_PRICE);
    await shop.client.changePrice(shop.staff, newer, 'LAMP', NEWEST_PRICE);
    await shop.rest();
    const again = await productMessages(shop);
    expect(again.length).toBeGreaterThanOrEqual(4);
    await shop.hears([...again, ...again.toReversed()]);
    await shop.rest();
    expect(priceIn(await order())).toEqual(NEWEST_PRICE);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('an archived product cannot be ordered, not even after its old messages are delivered again', async () => {
    await using shop = await openShop();
    const { lamp, order, refusal } = await market(shop);
    const before = await order();
    await shop.client.archive(shop.staff, lamp.id);
    await shop.rest();
    expect(await refusal()).toBe('urn:souk:problem:sku-inactive');
    await shop.hears(await productMessages(shop));
    await shop.rest();
    expect(await refusal()).toBe('urn:souk:problem:sku-inactive');
    const asItIs = await shop.client.order(shop.staff, before.id);
    expect([asItIs.status, asItIs.items]).toEqual(['completed', before.items]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('an unknown SKU is refused differently from one that is not for sale', async () => {
    await using shop = await openShop();
    const customer = await shop.customer();
    const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const refused = shop.client.placeOrder(customer, orderOf(id, ['NOTHING', 1]), randomUUID());
    expect(await refused.catch((error: unknown) => error)).toMatchObject({
      problem: { status: 422, type: 'urn:souk:problem:sku-unknown', errors: [{ pointer: '/items/0/sku' }] },
    });
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
