import type { Lane } from '@souk/chassis/engine/writer/writer-store';
import type { Product } from '../src/domain/product.ts';
import type { ProductSort } from '../src/domain/sort-position.ts';
import type { ProductFilter } from '../src/storage/product-store.ts';
import type { ProductDatabase } from './product-databases.ts';
import { eur } from './running-catalogue.ts';

export const EVERYTHING: ProductFilter = {
  onlyActive: false,
  words: [],
  skus: undefined,
  categoryIds: undefined,
  minPrice: undefined,
  maxPrice: undefined,
};

let made = 0;

export function product(changes: Partial<Product> = {}): Product {
  made += 1;
  return {
    id: Bun.randomUUIDv7(),
    slug: `slug-${made}`,
    title: `Title ${made}`,
    description: '',
    status: 'active',
    categoryIds: [],
    attributes: {},
    variants: [{ sku: `STORE-${made}`, options: {}, price: eur(100) }],
    images: [],
    version: 1,
    createdAt: made,
    updatedAt: made,
    ...changes,
  };
}

/** A store with a lane of its own, and the calls that the suites make to it. */
export async function storeInUse({ store, close, withIndexes }: ProductDatabase) {
  const taken = await store.writing.takeLane('suite', 'suite', { leftMs: Infinity, leaseMs: 60_000 });
  if (taken === undefined) throw new Error('no lane');
  let lane: Lane = taken;
  return {
    reads: store.reads,
    close,
    withIndexes,

    /** Puts the products in one transaction, whether they are new or not. */
    async put(...products: Product[]): Promise<void> {
      lane = await store.writing.settle(lane, 0, 60_000, {
        keys: { products: products.map(({ id }) => id) },
        moreKeys: () => ({}),
        decide(world) {
          world.apply({ products }, undefined);
          return { ...world.changes(), events: [] };
        },
      });
    },

    /** The ids of the products that have these SKUs, then of those that have these slugs. */
    async owners(skus: readonly string[], slugs: readonly string[]): Promise<(string | undefined)[]> {
      const found: (string | undefined)[] = [];
      lane = await store.writing.settle(lane, 0, 60_000, {
        keys: { skus, slugs },
        moreKeys: () => ({}),
        decide(world) {
          found.push(...skus.map((sku) => world.get('skus', sku)?.productId));
          found.push(...slugs.map((slug) => world.get('slugs', slug)?.productId));
          return { ...world.changes(), events: [] };
        },
      });
      return found;
    },

    /** The ids of the products of a list, in its order, without pages. */
    async ids(filter: Partial<ProductFilter>, sort: ProductSort = 'title'): Promise<string[]> {
      const slice = { sort, after: undefined, limit: 100 };
      const { rows } = await store.reads.list({ ...EVERYTHING, ...filter }, slice);
      return rows.map(({ product: { id } }) => id);
    },
  };
}

export type StoreInUse = Awaited<ReturnType<typeof storeInUse>>;
