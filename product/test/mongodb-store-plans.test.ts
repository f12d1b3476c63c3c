import { afterAll, beforeAll, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMongoStore, type TemporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { productListQuery } from '../src/storage/mongo-product-reads.ts';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import type { ProductDocument } from '../src/storage/product-document.ts';
import { productToDocument } from '../src/storage/product-documents.ts';
import type { ProductStore } from '../src/storage/product-store.ts';
import { EVERYTHING, product } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

/** Most of them archived, as in a shop after years. */
const PRODUCTS = 12_000;
const STATUSES = ['archived', 'active', 'archived', 'draft'] as const;

const SMALL = Bun.randomUUIDv7();

/** Few titles and prices, so that many stand at the same place. */
function manyProducts(): ProductDocument[] {
  return Array.from({ length: PRODUCTS }, (_, index) => {
    const variants = [{ sku: `MANY-${index}`, options: {}, price: eur((index * 31) % 1000) }];
    const title = index === 41 ? 'Title with needles' : `Title ${(index * 7919) % 3000}`;
    const categoryIds = index < 10 ? [SMALL] : [];
    return productToDocument(product({ title, variants, categoryIds, createdAt: index, status: STATUSES[index % 4] ?? 'active' }));
  });
}

/** What a plan does, and with which indexes. */
function stepsOf(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(stepsOf);
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([name, value]) =>
    name === 'stage' || name === 'indexName' ? [String(value)] : stepsOf(value),
  );
}

describeOn(['MongoDB'], () => {
  let opened: TemporaryMongoStore<ProductStore>;
  let client: MongoClient;
  let products: Collection<ProductDocument>;
  beforeAll(async () => {
    opened = await temporaryMongoStore(openMongoProductStore);
    client = new MongoClient(opened.url);
    products = client.db().collection<ProductDocument>('products');
    await products.insertMany(manyProducts());
  }, 60_000);
  afterAll(async () => {
    await client.close();
    await opened.close();
  });

  const active = { ...EVERYTHING, onlyActive: true };
  const title = { key: 'title 1500', id: 'x' };
  const amount = { key: 500, id: 'x' };
  const time = { key: PRODUCTS / 2, id: 'x' };
  const twenty = { limit: 21, after: undefined };

  test.each([
    ['active by title', active, { ...twenty, sort: 'title' }, 'by_title'],
    ['active by title, the next page', active, { ...twenty, sort: 'title', after: title }, 'by_title'],
    ['everything by title, the next page', EVERYTHING, { ...twenty, sort: 'title', after: title }, 'by_title'],
    ['cheapest', active, { ...twenty, sort: 'price', after: amount }, 'by_price'],
    ['dearest', active, { ...twenty, sort: '-price', after: amount }, 'by_price'],
    ['newest', active, { ...twenty, sort: 'newest', after: time }, 'by_newest'],
    ['newest of everything', EVERYTHING, { ...twenty, sort: 'newest', after: time }, 'by_newest'],
  ] as const)('a page of %s is read from its index, in order and nothing else', async (_name, filter, slice, index) => {
    const { plan, read, keys } = await planOf(filter, slice);
    expect(plan).toContain(index);
    expect(plan).not.toContain('SORT');
    expect(read).toBe(21);
    // One more for each status that is merged in, to see which comes first.
    expect(keys).toBeLessThanOrEqual(21 + 3);
  });

  test('products by SKU are found by their SKUs, and only they are sorted', async () => {
    const skus = Array.from({ length: 100 }, (_, index) => `MANY-${index * 7}`);
    const { plan, read } = await planOf({ ...active, skus }, { sort: 'title', after: undefined, limit: 101 });
    expect(plan).toContain('by_sku');
    expect(read).toBe(100);
  });

  test('a list by price is read in order, so that it can end at the page', async () => {
    const filter = { ...active, minPrice: 1, maxPrice: 900 };
    const { plan, read } = await planOf(filter, { sort: 'title', after: title, limit: 21 });
    expect(plan).not.toContain('SORT');
    expect(read).toBeLessThan(50);
  });

  test('a list by words reads what has a piece of the longest one, from the text index', async () => {
    const { plan, read } = await planOf({ ...active, words: ['ti', 'needle'] }, { ...twenty, sort: 'title' });
    expect(plan).toContain('by_words');
    expect(read).toBeLessThan(5);
  });

  test('a list by category reads what names one of them', async () => {
    const { plan, read } = await planOf({ ...active, categoryIds: [SMALL, 'other'] }, { ...twenty, sort: 'title' });
    expect(plan).toContain('by_category');
    expect(read).toBeLessThanOrEqual(10);
  });

  async function planOf(...[filter, slice]: Parameters<typeof productListQuery>) {
    const query = productListQuery(filter, slice);
    const { queryPlanner, executionStats }: Document = await products
      .find(query.filter, query.options)
      .explain('executionStats');
    return {
      plan: stepsOf(queryPlanner['winningPlan']),
      read: Number(executionStats['totalDocsExamined']),
      keys: Number(executionStats['totalKeysExamined']),
    };
  }
});
