import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { DeadLetterStatus, RedriveTrial } from '@souk/contracts/http/ops';
import type { Product } from '@souk/contracts/http/product';
import type { ServiceName } from '@souk/contracts/services';
import { ask } from '../src/shop/ask.ts';
import { RefusedError, type ShopClient } from '../src/shop/shop-client.ts';
import { message, ofVersion1, poisoned } from './support/events.ts';
import { findings } from './support/kept-rows.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';
import { until } from '@souk/chassis/testing/until';

const WHY = 'nobody will ever read this';

async function refusal(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return 200;
  } catch (error) {
    if (error instanceof RefusedError) return error.problem.status;
    throw error;
  }
}

/** Those nobody has dealt with, as soon as there are any. */
async function deadLetters(shop: OpenShop, service: ServiceName): Promise<readonly DeadLetterStatus[]> {
  await shop.rest();
  const { items } = await shop.client.deadLetters(service, shop.staff);
  return items.filter(({ status }) => status === 'dead');
}

async function discardAll(shop: OpenShop, service: ServiceName): Promise<void> {
  for (const { id } of await deadLetters(shop, service)) {
    const discarded = await shop.client.discard(service, shop.staff, id, WHY);
    expect(discarded).toMatchObject({ id, status: 'discarded', resolution: WHY });
  }
}

async function newOrder(client: ShopClient, customer: string, quantity: number): Promise<string> {
  const { id } = await client.addPaymentMethod(customer, 'tok_ok');
  return (await client.placeOrder(customer, orderOf(id, ['LAMP', quantity]), randomUUID())).id;
}

/** As Product would tell of it after some more changes. */
function toldAgain(lamp: Product, version: number, amount: number) {
  const variants = lamp.variants.map((variant) => ({ ...variant, price: { ...PRICE, amount } }));
  return message(
    'product.updated',
    lamp.id,
    { productId: lamp.id, version, product: { ...lamp, version, variants } },
    version,
  );
}

onEveryEngine('a message that cannot be read', (openShop) => {
  test('between good ones stops no other, waits for a person, and can be discarded with a reason', async () => {
    await using shop = await openShop();
    const lamp = (await stockUp(shop.client, shop.staff, { LAMP: [10] })).get('LAMP');
    if (lamp === undefined) throw new Error('the lamp is not on sale');
    const customer = await shop.customer();
    const good = [toldAgain(lamp, 11, 1111), toldAgain(lamp, 12, 1212)] as const;
    const poison = poisoned(good[0]);
    await shop.hears([good[0], poison, good[1]]);

    for (const service of ['order', 'inventory'] as const) {
      const letters = await deadLetters(shop, service);
      expect(letters).toMatchObject([{ ...poison, cause: 'the value is not JSON', attempts: 1 }]);
      const id = letters[0]?.id ?? '';
      expect(await refusal(shop.client.redrive(service, shop.staff, id))).toBe(409);
      expect(await refusal(shop.client.deadLetters(service, customer))).toBe(403);
      expect(await refusal(shop.client.redrive(service, customer, id))).toBe(403);
      expect(await refusal(shop.client.discard(service, customer, id, WHY))).toBe(403);
      expect(await refusal(shop.client.discard(service, shop.staff, id, ''))).toBe(422);
      await discardAll(shop, service);
      expect(await refusal(shop.client.discard(service, shop.staff, id, WHY))).toBe(409);
      expect(await refusal(shop.client.redrive(service, shop.staff, id))).toBe(409);
    }
    const order = await shop.client.order(customer, await newOrder(shop.client, customer, 1));
    expect(order.total.amount).toBe(1212);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});

onEveryEngine('a message that cannot be true', (openShop) => {
  test('changes nothing and is kept for a person: a payment for an order that was rejected, and for one that never was', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [1] });
    const customer = await shop.customer();
    const rejected = await newOrder(shop.client, customer, 2);
    const asItWas = await orderWhen(shop.client, customer, rejected, ({ status }) => status === 'rejected');
    const unknown = Bun.randomUUIDv7();
    const paid = (orderId: string) =>
      message('payment.completed', orderId, {
        orderId,
        paymentId: Bun.randomUUIDv7(),
        amount: asItWas.total,
        capturedAt: new Date().toISOString(),
      });
    await shop.hears([paid(rejected), paid(unknown)]);

    const letters = await deadLetters(shop, 'order');
    expect(new Map(letters.map(({ key, cause }) => [key, cause]))).toEqual(
      new Map([
        [rejected, 'payment.completed cannot happen to an order that is rejected'],
        [unknown, 'payment.completed: there is no such order'],
      ]),
    );
    for (const { id } of letters) expect(await refusal(shop.client.redrive('order', shop.staff, id))).toBe(409);
    expect(await shop.client.order(customer, rejected)).toEqual(asItWas);
    await orderWhen(
      shop.client,
      customer,
      await newOrder(shop.client, customer, 1),
      ({ status }) => status === 'completed',
    );
    await discardAll(shop, 'order');
    expect(await deadLetters(shop, 'order')).toEqual([]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('is handled by a retry once its cause is gone: a sale that arrived before its order', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [5] });
    const orderId = Bun.randomUUIDv7();
    const order = {
      orderId,
      userId: Bun.randomUUIDv7(),
      items: [{ sku: 'LAMP', quantity: 2 }],
      total: { amount: 2 * PRICE.amount, currency: 'EUR' },
    };
    await shop.hears([ofVersion1(message('order.completed', orderId, order, 3))]);
    const [letter] = await deadLetters(shop, 'inventory');
    expect(letter).toMatchObject({ topic: 'order.completed', key: orderId });
    // Events told an address once: what is kept of them today has none.
    expect(findings(await shop.kept(), [ADDRESS.name, ADDRESS.line1])).toEqual([]);
    expect(JSON.stringify(letter)).not.toContain(ADDRESS.line1);
    const id = letter?.id ?? '';
    const tried = async () => JSON.parse((await ask(`${shop.urls.inventory}/ops/dead-letters/${id}/try`, { method: 'POST', token: shop.staff })).text) as RedriveTrial;
    expect(await tried()).toEqual({ outcome: 'fails', cause: letter?.cause ?? '' });
    expect(await refusal(shop.client.redrive('inventory', shop.staff, id))).toBe(409);

    await shop.hears([message('order.created', orderId, order)]);
    await until('the reservation', async () =>
      (await refusal(shop.client.reservation(shop.staff, orderId))) === 200 ? true : undefined,
    );
    expect([await tried(), await tried()]).toEqual([{ outcome: 'applied', cause: null }, { outcome: 'applied', cause: null }]);
    expect(await shop.client.reservation(shop.staff, orderId)).toMatchObject({ status: 'reserved' });
    expect(await shop.client.redrive('inventory', shop.staff, id)).toMatchObject({ id, status: 'redriven', resolution: 'applied' });
    expect(await shop.client.reservation(shop.staff, orderId)).toMatchObject({ status: 'committed' });
    expect((await shop.client.stock('LAMP')).warehouses).toMatchObject([{ onHand: 3, reserved: 0 }]);
    expect(await refusal(shop.client.redrive('inventory', shop.staff, id))).toBe(409);
    // Order, which never placed it, keeps what it was told about it for a person.
    expect(await deadLetters(shop, 'order')).toMatchObject([{ topic: 'inventory.reserved', key: orderId }]);
  }, 120_000);
});
