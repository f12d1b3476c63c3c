import { shopClient } from '../../../shop/shop-client.ts';
import { inParallel } from '../in-parallel.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import { keptSession } from './tokens.ts';

export interface Article {
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
