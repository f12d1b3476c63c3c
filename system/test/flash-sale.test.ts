import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { ShopClient } from '../src/shop/shop-client.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { orderOf, stockUp } from './support/ordering.ts';

type Line = readonly [sku: string, quantity: number];

/** All at once; answers the order ids. */
async function orderedAtOnce(
  client: ShopClient,
  token: string,
  orders: readonly (readonly Line[])[],
): Promise<readonly string[]> {
  const method = await client.addPaymentMethod(token, 'tok_ok');
  const placed = await Promise.all(
    orders.map((lines) => client.placeOrder(token, orderOf(method.id, ...lines), randomUUID())),
  );
  return placed.map(({ id }) => id);
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

onEveryEngine('when many want the same at once', (openShop) => {
  test('of 200 parallel orders for 50 pieces exactly 50 complete, the others are told that there is none left', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [30, 20] });
    const ids = await orderedAtOnce(shop.client, await shop.customer(), times(200, [['LAMP', 1]]));
    const { orders } = await shop.rest();
    expect(new Set(orders.map(({ id }) => id))).toEqual(new Set(ids));
    const ends = Map.groupBy(orders, ({ status, reason }) => `${status} ${reason}`);
    expect(Object.fromEntries([...ends].map(([end, own]) => [end, own.length]))).toEqual({
      'completed null': 50,
      'rejected out_of_stock': 150,
    });
    expect((await shop.client.stock('LAMP')).available).toBe(0);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('an order draws on every warehouse that it needs and ships from each of them', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { TABLE: [5, 0], CHAIR: [0, 5], SHELF: [2, 1] });
    const customer = await shop.customer();
    const [id = ''] = await orderedAtOnce(shop.client, customer, [
      [
        ['TABLE', 1],
        ['CHAIR', 2],
        ['SHELF', 3],
      ],
    ]);
    await shop.rest();
    const { status, shipments } = await shop.client.order(customer, id);
    expect(status).toBe('completed');
    const shipped = shipments
      .flatMap(({ items }) => items)
      .toSorted((a, b) => a.sku.localeCompare(b.sku) || a.quantity - b.quantity);
    expect(new Set(shipments.map(({ warehouseId }) => warehouseId)).size).toBe(2);
    expect(shipped).toEqual([
      { sku: 'CHAIR', quantity: 2 },
      { sku: 'SHELF', quantity: 1 },
      { sku: 'SHELF', quantity: 2 },
      { sku: 'TABLE', quantity: 1 },
    ]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('orders for the same two articles in opposite order all end, and nothing goes below zero', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { CUP: [25, 15], SAUCER: [15, 25] });
    const there: readonly Line[] = [
      ['CUP', 1],
      ['SAUCER', 1],
    ];
    const back: readonly Line[] = [
      ['SAUCER', 1],
      ['CUP', 1],
    ];
    await orderedAtOnce(shop.client, await shop.customer(), times(50, [there, back]).flat());
    const { orders, levels } = await shop.rest();
    expect(orders.filter(({ status }) => status === 'completed')).toHaveLength(40);
    expect(orders.filter(({ status }) => status === 'rejected')).toHaveLength(60);
    expect(levels.map(({ onHand, reserved }) => [onHand, reserved])).toEqual(times(4, [0, 0]));
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
