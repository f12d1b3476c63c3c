import { randomUUID } from 'node:crypto';
import type { Order, PlaceOrder } from '@souk/contracts/http/order';
import type { Product } from '@souk/contracts/http/product';
import type { ShopClient } from '../../src/shop/shop-client.ts';
import { until } from '@souk/chassis/testing/until';

export const ADDRESS = {
  name: 'Grace Hopper',
  line1: 'Am Sandtorkai 1',
  city: 'Hamburg',
  postalCode: '20457',
  country: 'DE',
};

/** SKU -> pieces in the first warehouse, in the second, ... */
type Shelves = Readonly<Record<string, readonly number[]>>;

export const PRICE = { amount: 1250, currency: 'EUR' };

/** Opens warehouses, puts products on sale and goods on the shelves. Answers the products by SKU. */
export async function stockUp(
  client: ShopClient,
  staff: string,
  shelves: Shelves,
): Promise<ReadonlyMap<string, Product>> {
  const count = Math.max(...Object.values(shelves).map((pieces) => pieces.length));
  const warehouses: string[] = [];
  for (let i = 0; i < count; i += 1)
    warehouses.push((await client.createWarehouse(staff, `Warehouse ${i + 1}`, i + 1)).id);
  const products = new Map<string, Product>();
  for (const [sku, pieces] of Object.entries(shelves)) {
    const draft = await client.createProduct(staff, { title: `Article ${sku}`, variants: [{ sku, price: PRICE }] });
    products.set(sku, await client.activate(staff, draft));
    for (const [i, warehouseId] of warehouses.entries()) {
      const quantity = pieces[i] ?? 0;
      if (quantity > 0) await client.receive(staff, sku, warehouseId, quantity, randomUUID());
    }
  }
  return products;
}

export function orderOf(
  paymentMethodId: string,
  ...lines: readonly (readonly [sku: string, quantity: number])[]
): PlaceOrder {
  return { items: lines.map(([sku, quantity]) => ({ sku, quantity })), shippingAddress: ADDRESS, paymentMethodId };
}

/** Waits until the order is as it should be; when it never is, says what it was. */
export async function orderWhen(
  client: ShopClient,
  token: string,
  id: string,
  isSo: (order: Order) => boolean,
  limitMs?: number,
): Promise<Order> {
  let seen: Order | undefined;
  try {
    return await until(
      `order ${id}`,
      async () => {
        seen = await client.order(token, id);
        return isSo(seen) ? seen : undefined;
      },
      limitMs,
    );
  } catch (cause) {
    throw new Error(`order ${id} stays ${seen?.status} (${seen?.reason}), payment ${seen?.paymentStatus}`, { cause });
  }
}
