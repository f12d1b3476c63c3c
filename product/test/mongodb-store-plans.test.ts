import { afterAll, beforeAll, expect, test } from 'bun:test';
import { profiled, temporaryMongoStore, type TemporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { type Collection, MongoClient } from 'mongodb';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { type ProductDocument, productToDocument } from '../src/storage/mongodb/product-documents.ts';
import type { ProductFilter, ProductSlice, ProductStore } from '../src/storage/product-store.ts';
import { EVERYTHING, product } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

/** Most of them archived, as in a shop after years. */
const PRODUCTS = 12_000;
const STATUSES = ['archived', 'active', 'archived', 'draft'] as const;

/** Products that are counted to learn that four pieces of words, categories and prices each lead to too many. */
const COUNTED = 6 * 501;

const SMALL = Bun.randomUUIDv7();
const LARGE = Bun.randomUUIDv7();

/** Few titles and prices, so that many stand at the same place. */
function manyProducts(): ProductDocument[] {
  return Array.from({ length: PRODUCTS }, (_, index) => {
    const variants = [{ sku: `MANY-${index}`, options: {}, price: eur((index * 31) % 1000) }];
    const title = index === 41 ? 'Title with needles' : `Title ${(index * 7919) % 3000}`;
    const categoryIds = index < 10 ? [SMALL] : [LARGE];
    return productToDocument(product({ title, variants, categoryIds, createdAt: index, status: STATUSES[index % 4] ?? 'active' }));
  });
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
    ['active by title', active, { ...twenty, sort: 'title' }],
    ['active by title, the next page', active, { ...twenty, sort: 'title', after: title }],
    ['everything by title, the next page', EVERYTHING, { ...twenty, sort: 'title', after: title }],
    ['cheapest', active, { ...twenty, sort: 'price', after: amount }],
    ['dearest', active, { ...twenty, sort: '-price', after: amount }],
    ['newest', active, { ...twenty, sort: 'newest', after: time }],
    ['newest of everything', EVERYTHING, { ...twenty, sort: 'newest', after: time }],
    ['products from a price in the middle on', { ...active, minPrice: 500 }, { ...twenty, sort: 'price' }],
  ] as const)('a page of %s is read from its index in order, and nothing else is read', async (_name, filter, slice) => {
    // A page of each status is read, to see which products come first, and then the products of the page.
    const statuses = filter.onlyActive ? 1 : 3;
    expect(await read(filter, slice, 'in order')).toBeLessThanOrEqual(21 * (statuses + 1));
  });

  test('a list by SKUs reads and sorts no other products', async () => {
    const skus = Array.from({ length: 100 }, (_, index) => `MANY-${index * 7}`);
    expect(await read({ ...active, skus }, { sort: 'title', after: undefined, limit: 101 })).toBeLessThanOrEqual(200);
  });

  test('a list by words reads only products with a piece of one of them, from the text index', async () => {
    expect(await read({ ...active, words: ['ti', 'needle'] }, { ...twenty, sort: 'title' })).toBeLessThan(10);
  });

  test('a list by categories reads only products in one of them', async () => {
    expect(await read({ ...active, categoryIds: [SMALL, 'other'] }, { ...twenty, sort: 'title' })).toBeLessThanOrEqual(30);
  });

  const sorts = ['title', 'price', '-price', 'newest'] as const;
  test.each([
    ['words that no product has', { ...active, words: ['titlf'] }],
    ['two letters that no product has', { ...active, words: ['qq'] }],
    ['a word that every product has, and one that none has', { ...EVERYTHING, words: ['title', 'qq'] }],
    ['a large category', { ...active, categoryIds: [LARGE] }],
    ['prices in the middle', { ...active, minPrice: 300, maxPrice: 600 }],
    ['many of everything', { ...active, words: ['title'], categoryIds: [LARGE], minPrice: 100 }],
  ] as const)('a list by %s looks at a bounded number of products, in whatever order', async (_, filter) => {
    for (const sort of sorts) {
      const bound = 500 + 21 + COUNTED;
      expect(await read(filter, { ...twenty, sort }), sort).toBeLessThanOrEqual(bound);
    }
  });

  test('a list by frequent words, asked for again, does not count them again', async () => {
    const filter = { ...active, words: ['title', 'titl'] };
    await read(filter, { ...twenty, sort: 'title' });
    for (const sort of sorts) expect(await read(filter, { ...twenty, sort }), sort).toBeLessThanOrEqual(500 + 21);
  });

  /** Products that the server looked at, counting included. */
  async function read(filter: ProductFilter, slice: ProductSlice, how?: 'in order'): Promise<number> {
    const operations = await profiled(opened.url, () => opened.store.reads.list(filter, slice));
    expect(operations.map(({ planSummary }) => planSummary)).not.toContain('COLLSCAN');
    if (how === 'in order') expect(operations.map(({ hasSortStage }) => hasSortStage)).not.toContain(true);
    return operations.reduce((sum, { docsExamined = 0 }) => sum + docsExamined, 0);
  }
});
