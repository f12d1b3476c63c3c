import type { PlaceOrder } from '@souk/contracts/http/order';
import type { Work } from '../load/order-request.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import type { Buyer } from './buyers.ts';
import { makeCatalogue } from './catalogue.ts';

const PRODUCTS = 20;
const STOCK = 1_000_000;
export const ADDRESS = { name: 'Bench', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

/** Creates twenty articles with more than enough stock of each. */
export function makePlainCatalogue(shop: Pick<BenchShop, 'urls' | 'accounts'>): Promise<void> {
  return makeCatalogue(shop, PRODUCTS, (i) => ({ sku: skuOf(i), title: `Article ${i}`, cents: 1000 + i, pieces: STOCK }));
}

/** An order of two lines, with another pair of SKUs each time. */
export function plainOrder(n: number, paymentMethodId: string): PlaceOrder {
  const first = n % PRODUCTS;
  const second = (first + 1 + (n % (PRODUCTS - 1))) % PRODUCTS;
  const items = [
    { sku: skuOf(first), quantity: 1 + (n % 3) },
    { sku: skuOf(second), quantity: 1 },
  ];
  return { items, shippingAddress: ADDRESS, paymentMethodId };
}

/** Good orders only, of the buyers in turn. */
export function plainOrders({ orderUrls }: Pick<BenchShop, 'orderUrls'>, buyers: readonly Buyer[]): Work {
  return {
    orderUrls: orderUrls.map((url) => `${url}/orders`),
    order(n) {
      const buyer = buyers[n % buyers.length];
      if (buyer === undefined) throw new Error('there are no buyers');
      return { token: buyer.token(), body: JSON.stringify(plainOrder(n, buyer.methodId)), freshToken: buyer.token };
    },
  };
}

const skuOf = (i: number): string => `BENCH-${i}`;
export const PLAIN_SKU = skuOf(0);
