import type { OrderKind, Work } from '../load/order-request.ts';
import { seeded, zipf } from '../load/random.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import type { Buyer } from './buyers.ts';
import { makeCatalogue } from './catalogue.ts';
import { ADDRESS } from './plain-orders.ts';

/** Shares of the kinds in percent; the rest is good. */
const SHARES: readonly (readonly [OrderKind, number])[] = [
  ['hot', 10],
  ['declined', 6],
  ['cancelled', 5],
  ['repeated', 4],
  ['sold out', 2],
];
export const HOT_SKU = 'BENCH-HOT';
const SOLD_OUT_SKU = 'BENCH-GONE';
const STOCK = 1_000_000;
/** Distance between the random seeds of two benchmark seeds' orders; a prime, so that these orders are not the same. */
const STEP = 1_000_003;

/** Creates many articles, one that everybody wants, and one with a single piece, which is soon sold out. */
export function makeMixedCatalogue(shop: Pick<BenchShop, 'urls' | 'accounts'>, skus: number): Promise<void> {
  return makeCatalogue(shop, skus + 2, (i) => {
    if (i === 0) return { sku: HOT_SKU, title: 'What everybody wants', cents: 2500, pieces: STOCK };
    if (i === 1) return { sku: SOLD_OUT_SKU, title: 'The last one', cents: 1500, pieces: 1 };
    return { sku: skuOf(i - 2), title: `Article ${i - 2} of many`, cents: 500 + (i % 5000), pieces: STOCK };
  });
}

interface MixedOptions {
  readonly skus: number;
  readonly seed: number;
}

/** Orders as a shop sees them on a day; the nth order is the same whenever it is asked for. */
export function mixedOrders({ orderUrls }: Pick<BenchShop, 'orderUrls'>, buyers: readonly Buyer[], { skus, seed }: MixedOptions): Work {
  const popular = zipf(skus);
  return {
    orderUrls: orderUrls.map((url) => `${url}/orders`),
    order(n) {
      const random = seeded(seed * STEP + n);
      const kind = kindOf(random() * 100);
      const buyer = buyers[Math.floor(random() * buyers.length)];
      if (buyer === undefined) throw new Error('there are no buyers');
      const wanted = new Set<string>();
      if (kind === 'hot') wanted.add(HOT_SKU);
      if (kind === 'sold out') wanted.add(SOLD_OUT_SKU);
      const more = 1 + Math.floor(random() * 3);
      for (let line = 0; line < more; line += 1) wanted.add(skuOf(popular(random())));
      const items = [...wanted].map((sku) => ({ sku, quantity: 1 + Math.floor(random() * 3) }));
      const paymentMethodId = kind === 'declined' ? buyer.declinedMethodId : buyer.methodId;
      return { token: buyer.token(), body: JSON.stringify({ items, shippingAddress: ADDRESS, paymentMethodId }), kind, freshToken: buyer.token };
    },
  };
}

function kindOf(draw: number): OrderKind {
  let upTo = 0;
  for (const [kind, share] of SHARES) {
    upTo += share;
    if (draw < upTo) return kind;
  }
  return 'good';
}

const skuOf = (i: number): string => `BENCH-M-${i}`;
