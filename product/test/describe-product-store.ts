import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { StorageError } from '@souk/chassis/storage-error';
import type { Lane } from '@souk/chassis/writer/writer-store';
import type { Product } from '../src/domain/product.ts';
import { positionOf, type ProductSort } from '../src/domain/sort-position.ts';
import type { ProductFilter, ProductStore } from '../src/storage/product-store.ts';
import { eur } from './running-catalogue.ts';

const EVERYTHING: ProductFilter = {
  onlyActive: false,
  words: [],
  skus: undefined,
  minPrice: undefined,
  maxPrice: undefined,
};

let made = 0;

function product(changes: Partial<Product> = {}): Product {
  made += 1;
  const id = Bun.randomUUIDv7();
  return {
    id,
    slug: `slug-${made}`,
    title: `Title ${made}`,
    description: '',
    status: 'active',
    attributes: {},
    variants: [{ sku: `STORE-${made}`, options: {}, price: eur(100) }],
    version: 1,
    createdAt: made,
    updatedAt: made,
    ...changes,
  };
}

/** What every product store has to do, whatever engine it runs on. `open` gives an empty, migrated one. */
export function describeProductStore(
  name: string,
  open: () => Promise<{ store: ProductStore; close(): Promise<void> }>,
): void {
  describe(`product store on ${name}`, () => {
    let store: ProductStore;
    let close: () => Promise<void>;
    let lane: Lane;
    beforeAll(async () => {
      ({ store, close } = await open());
      const taken = await store.writing.takeLane('suite', 'suite', { onlyExpired: false, leaseMs: 60_000 });
      if (taken === undefined) throw new Error('no lane');
      lane = taken;
    });
    afterAll(() => close());

    /** Puts the products in one transaction: new ones, or over what is there. */
    async function put(...products: Product[]): Promise<void> {
      lane = await store.writing.settle(lane, 0, 60_000, {
        keys: { products: products.map(({ id }) => id) },
        moreKeys: () => ({}),
        decide(world) {
          world.apply({ products }, undefined);
          return { ...world.changes(), events: [] };
        },
      });
    }

    async function owners(skus: readonly string[], slugs: readonly string[]) {
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
    }

    async function ids(filter: Partial<ProductFilter>, sort: ProductSort = 'title'): Promise<string[]> {
      const found = await store.reads.list({ ...EVERYTHING, ...filter }, { sort, after: undefined, limit: 100 });
      return found.map(({ id }) => id);
    }

    test('gives back what was put, by id and by slug', async () => {
      const whole = product({ description: 'é 語 😀 "', attributes: { size: 'L' }, status: 'draft' });
      await put(whole);
      expect(await store.reads.byId(whole.id)).toEqual(whole);
      expect(await store.reads.bySlug(whole.slug)).toEqual(whole);
      expect(await store.reads.byId(Bun.randomUUIDv7())).toBeUndefined();
      expect(await store.reads.bySlug('nobody')).toBeUndefined();
    });

    test('knows who has a SKU and a slug, exactly as written', async () => {
      const [one, other] = [product(), product({ variants: [{ sku: 'Case-1', options: {}, price: eur(1) }] })];
      await put(one, other);
      const found = await owners(['Case-1', 'case-1'], [one.slug, 'nobody']);
      expect(found).toEqual([other.id, undefined, one.id, undefined]);
    });

    test('follows changes: a new slug frees the old one, new variants are found', async () => {
      const before = product();
      await put(before);
      const added = { sku: `${before.variants[0]?.sku}-b`, options: {}, price: eur(5) };
      const after = { ...before, slug: `${before.slug}-new`, variants: [...before.variants, added], version: 2 };
      await put(after);
      expect(await owners([added.sku], [before.slug, after.slug])).toEqual([after.id, undefined, after.id]);
      expect(await store.reads.byId(before.id)).toEqual(after);
    });

    test.each(['slug', 'SKU'] as const)('refuses the %s of another product, and keeps nothing', async (what) => {
      const [first, second] = [product(), product()];
      await put(first);
      const same = what === 'slug' ? { ...second, slug: first.slug } : { ...second, variants: first.variants };
      const refusal = await put(same).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(StorageError);
      expect(refusal).toMatchObject({ code: 'unique' });
      expect(await store.reads.byId(second.id)).toBeUndefined();
    });

    test('finds by words, SKU, price and status', async () => {
      const variants = [
        { sku: 'FIND-1', options: {}, price: eur(500_100) },
        { sku: 'FIND-2', options: {}, price: eur(500_900) },
      ];
      const found = product({ title: 'Zebra Crossing', description: 'Black & white_100%', variants });
      const between = [{ sku: 'FIND-3', options: {}, price: eur(500_500) }];
      const draft = product({ title: 'Zebra draft', status: 'draft', variants: between });
      await put(found, draft);
      expect(await ids({ words: ['zebra'] })).toEqual([found.id, draft.id]);
      expect(await ids({ words: ['zebra'], onlyActive: true })).toEqual([found.id]);
      expect(await ids({ words: ['white_100%', 'cross'] })).toEqual([found.id]);
      expect(await ids({ words: ['white-100'] })).toEqual([]);
      expect(await ids({ words: ['find-2'] })).toEqual([found.id]);
      expect(await ids({ skus: ['FIND-2', 'FIND-3', 'FIND-9'] })).toEqual([found.id, draft.id]);
      expect(await ids({ skus: ['FIND-2', 'FIND-1'], onlyActive: true })).toEqual([found.id]);
      expect(await ids({ minPrice: 500_200, maxPrice: 500_800 })).toEqual([draft.id]);
      expect(await ids({ minPrice: 500_900 })).toEqual([found.id]);
    });

    test('finds by the price as it is now', async () => {
      const before = product({ variants: [{ sku: 'NOW-1', options: {}, price: eur(700_000) }] });
      await put(before);
      await put({ ...before, variants: [{ sku: 'NOW-1', options: {}, price: eur(800_000) }] });
      expect(await ids({ minPrice: 700_000, maxPrice: 700_000 })).toEqual([]);
      expect(await ids({ minPrice: 800_000, maxPrice: 800_000 })).toEqual([before.id]);
      expect((await ids({}, '-price'))[0]).toBe(before.id);
    });

    const sorts = ['title', 'price', '-price', 'newest'] as const;

    test.each(sorts)('sorts by %s, equal ones by id, in pages that fit together', async (sort) => {
      const equal = Array.from({ length: 7 }, () => product({ title: 'Équal', createdAt: 5 }));
      await put(...equal);
      const whole = await ids({}, sort);
      const pages: string[] = [];
      let after = undefined;
      for (;;) {
        const page: readonly Product[] = await store.reads.list(EVERYTHING, { sort, after, limit: 3 });
        const last = page.at(-1);
        if (last === undefined) break;
        pages.push(...page.map(({ id }) => id));
        after = positionOf(last, sort);
      }
      expect(pages).toEqual(whole);
      const among = whole.filter((id) => equal.some((one) => one.id === id));
      const ascending = equal.map(({ id }) => id).toSorted();
      expect(among).toEqual(sort === 'title' || sort === 'price' ? ascending : ascending.toReversed());
    });
  });
}
