import type { PlaceOrder } from '@souk/contracts/http/order';
import { shopClient } from '../shop/shop-client.ts';
import type { BenchShop } from './bench-shop.ts';
import { keptSession } from './kept-session.ts';

export interface Load {
  readonly orderUrl: string;
  /** The access token for the nth order: customers order in turn. */
  tokenOf(n: number): Promise<string>;
  /** The body of the nth order. */
  bodyOf(n: number): string;
}

const PRODUCTS = 20;
const STOCK = 1_000_000;
const ADDRESS = { name: 'Bench', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

/** A few products with more than enough of each, and customers with a card that works. */
export async function prepareLoad({ urls, accounts }: Pick<BenchShop, 'urls' | 'accounts'>, customers = 10): Promise<Load> {
  const shop = shopClient(urls);
  const staff = (await shop.signIn(accounts.admin.email, accounts.admin.password)).accessToken;
  const warehouse = await shop.createWarehouse(staff, 'Bench', 1);
  for (let i = 0; i < PRODUCTS; i += 1) {
    const variants = [{ sku: skuOf(i), price: { amount: 1000 + i, currency: 'EUR' } }];
    await shop.activate(staff, await shop.createProduct(staff, { title: `Article ${i}`, variants }));
    await shop.receive(staff, skuOf(i), warehouse.id, STOCK, `stock ${i}`.replace(' ', '-'));
  }
  const buyers = await Promise.all(
    Array.from({ length: customers }, async (_, i) => {
      const email = `bench-${i}@souk.example`;
      await shop.register(email, 'bench-password', 'Bench');
      const session = keptSession(() => shop.signIn(email, 'bench-password'));
      return { session, methodId: (await shop.addPaymentMethod(await session(), 'tok_ok')).id };
    }),
  );
  return {
    orderUrl: `${urls.order}/orders`,
    tokenOf: async (n) => buyers[n % buyers.length]?.session() ?? '',
    bodyOf: (n) => JSON.stringify(orderOf(n, buyers[n % buyers.length]?.methodId ?? '')),
  };
}

/** Two lines, another pair of SKUs each time. */
function orderOf(n: number, paymentMethodId: string): PlaceOrder {
  const first = n % PRODUCTS;
  const second = (first + 1 + (n % (PRODUCTS - 1))) % PRODUCTS;
  const items = [
    { sku: skuOf(first), quantity: 1 + (n % 3) },
    { sku: skuOf(second), quantity: 1 },
  ];
  return { items, shippingAddress: ADDRESS, paymentMethodId };
}

function skuOf(i: number): string {
  return `BENCH-${i}`;
}
