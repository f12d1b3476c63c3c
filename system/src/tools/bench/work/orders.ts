import type { PlaceOrder } from '@souk/contracts/http/order';
import { shopClient } from '../../../shop/shop-client.ts';
import type { OrderKind, Work } from '../load/order-request.ts';
import { seeded, zipf } from '../load/random.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import { type Buyer, inParallel } from './buyers.ts';
import { keptSession } from './tokens.ts';

const PRODUCTS = 20;
const STOCK = 1_000_000;
export const ADDRESS = { name: 'Bench', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

/** Creates twenty articles with more than enough stock of each. */
export function makePlainCatalogue(shop: Pick<BenchShop, 'urls' | 'accounts'>): Promise<void> {
  return makeCatalogue(shop, PRODUCTS, (i) => ({ sku: plainSku(i), title: `Article ${i}`, cents: 1000 + i, pieces: STOCK }));
}

/** An order of two lines, with another pair of SKUs each time. */
function plainOrder(n: number, paymentMethodId: string): PlaceOrder {
  const first = n % PRODUCTS;
  const second = (first + 1 + (n % (PRODUCTS - 1))) % PRODUCTS;
  const items = [
    { sku: plainSku(first), quantity: 1 + (n % 3) },
    { sku: plainSku(second), quantity: 1 },
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

const plainSku = (i: number): string => `BENCH-${i}`;
export const PLAIN_SKU = plainSku(0);

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
/** Distance between the random seeds of two benchmark seeds' orders; a prime, so that these orders are not the same. */
const STEP = 1_000_003;

/** Creates many articles, one that everybody wants, and one with a single piece, which is soon sold out. */
export function makeMixedCatalogue(shop: Pick<BenchShop, 'urls' | 'accounts'>, skus: number): Promise<void> {
  return makeCatalogue(shop, skus + 2, (i) => {
    if (i === 0) return { sku: HOT_SKU, title: 'What everybody wants', cents: 2500, pieces: STOCK };
    if (i === 1) return { sku: SOLD_OUT_SKU, title: 'The last one', cents: 1500, pieces: 1 };
    return { sku: mixedSku(i - 2), title: `Article ${i - 2} of many`, cents: 500 + (i % 5000), pieces: STOCK };
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
      for (let line = 0; line < more; line += 1) wanted.add(mixedSku(popular(random())));
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

const mixedSku = (i: number): string => `BENCH-M-${i}`;

interface Article {
  readonly sku: string;
  readonly title: string;
  readonly cents: number;
  /** 0: it is on sale, but was never received. */
  readonly pieces: number;
}

const AT_ONCE = 8;

/** Creates products of one SKU each, on sale, with stock in one warehouse. */
export async function makeCatalogue(shop: Pick<BenchShop, 'urls' | 'accounts'>, count: number, articleOf: (i: number) => Article): Promise<void> {
  const client = shopClient(shop.urls);
  const { email, password } = shop.accounts.admin;
  const staff = keptSession(() => client.signIn(email, password));
  const known = (await client.warehouses(await staff())).items.find(({ name }) => name === 'Bench');
  const warehouse = known ?? (await client.createWarehouse(await staff(), 'Bench', 1));
  await inParallel(AT_ONCE, count, async (i) => {
    const { sku, title, cents, pieces } = articleOf(i);
    const variants = [{ sku, price: { amount: cents, currency: 'EUR' } }];
    await client.activate(await staff(), await client.createProduct(await staff(), { title, variants }));
    if (pieces > 0) await client.receive(await staff(), sku, warehouse.id, pieces, `stock-${sku}`);
  });
}

export interface Load {
  readonly orderUrl: string;
  /** The access token for the nth order; customers order in turn. */
  tokenOf(n: number): Promise<string>;
  /** The body of the nth order. */
  bodyOf(n: number): string;
}

/** Creates a few products with more than enough stock, and customers with a card that works, for callers that send orders in their own way. */
export async function prepareLoad({ urls, accounts }: Pick<BenchShop, 'urls' | 'accounts'>, customers = 10): Promise<Load> {
  const shop = shopClient(urls);
  await makePlainCatalogue({ urls, accounts });
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
    bodyOf: (n) => JSON.stringify(plainOrder(n, buyers[n % buyers.length]?.methodId ?? '')),
  };
}
