import { describe, expect, test } from 'bun:test';
import { sqlitePlansOf } from '@souk/chassis/testing/query-costs';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { boundedList, type ListIndexes } from '../src/storage/bounded-list.ts';
import type { Product } from '../src/domain/product.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import type { ProductSchema } from '../src/storage/sql/product-rows.ts';
import { sqlProductLists } from '../src/storage/sql/sql-product-lists.ts';
import { describeProductLists } from './describe-product-lists.ts';
import { describeProductStore } from './describe-product-store.ts';
import { sqliteDatabase } from './product-databases.ts';
import { EVERYTHING, product, storeInUse } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

describeProductStore('SQLite', sqliteDatabase);
describeProductLists('SQLite', sqliteDatabase);

/** The indexes of a shop with so many products that nothing leads to few of them. */
function inLargeShop(indexes: ListIndexes): ListIndexes {
  return {
    ...indexes,
    async follow(lead) {
      await indexes.follow(lead);
      return undefined;
    },
  };
}

test('product lists on SQLite find at once all products with several common words that seldom occur together', async () => {
  const shop = await storeInUse(await sqliteDatabase());
  const many = Array.from({ length: 2400 }, (_, n) => product({ title: `Mat ${10_000 + n} ${n >= 2370 || n % 2 === 0 ? 'orange' : ''} ${n >= 2370 || n % 2 === 1 ? 'copper' : ''}` }));
  for (let from = 0; from < many.length; from += 400) await shop.put(...many.slice(from, from + 400));
  expect(await shop.ids({ onlyActive: true, words: ['orange', 'copper'] })).toEqual(many.slice(2370).map(({ id }) => id));
  await shop.close();
}, 60_000);

test('product lists on SQLite examine a bounded number of texts for words without index entries, and continue from there', async () => {
  const shop = await storeInUse(await sqliteDatabase());
  const many = Array.from({ length: 1700 }, (_, n) => product({ title: `Manifoldness ${10_000 + n} ${n % 850 === 849 ? 'v' : ''}` }));
  for (let from = 0; from < many.length; from += 400) await shop.put(...many.slice(from, from + 400));
  const filter = { ...EVERYTHING, words: ['manifoldness', 'v'] };
  const first = await shop.reads.list(filter, { sort: 'title', after: undefined, limit: 20 });
  expect(first.rows.map(({ product: { id } }) => id)).toEqual([many[849]?.id ?? '']);
  expect(first.reached?.id).toBe(many[1499]?.id ?? '');
  const second = await shop.reads.list(filter, { sort: 'title', after: first.reached, limit: 20 });
  expect([second.rows.map(({ product: { id } }) => id), second.reached]).toEqual([[many[1699]?.id ?? ''], undefined]);
  await shop.close();
}, 60_000);

test('lists by words follow the present title, price and status of products, in every order', async () => {
  const shop = await storeInUse(await sqliteDatabase());
  const before = Array.from({ length: 3 }, (_, n) => product({ title: `Teapot ${n}`, createdAt: n, variants: [{ sku: `POT-${n}`, options: {}, price: eur(100 + n) }] }));
  await shop.put(...before);
  const [first, second, third] = before;
  if (first === undefined || second === undefined || third === undefined) throw new Error('none');
  const moved = { ...first, title: 'Teapot 9', version: 2, variants: first.variants.map((variant) => ({ ...variant, price: eur(900) })) };
  await shop.put(moved, { ...second, status: 'archived', version: 2 });
  const found = async (sort: 'title' | 'price' | '-price' | 'newest', more = {}) => shop.ids({ words: ['teapot'], ...more }, sort);
  expect(await found('title')).toEqual([second.id, third.id, first.id]);
  expect(await found('price', { onlyActive: true })).toEqual([third.id, first.id]);
  expect(await found('-price')).toEqual([first.id, third.id, second.id]);
  expect(await found('newest', { minPrice: 102, maxPrice: 900 })).toEqual([third.id, first.id]);
  expect(await found('newest', { maxPrice: 899 })).toEqual([third.id, second.id]);
  await shop.close();
});

describe('the plans of the lists', () => {
  const active = { ...EVERYTHING, onlyActive: true };
  const after = { key: 'm', id: 'x' };
  const amount = { key: 5, id: 'x' };
  const orders = [
    ['title', after, 'title', 'title_key'],
    ['price', amount, 'lowest_price', 'lowest_price'],
    ['-price', amount, 'lowest_price', 'lowest_price'],
    ['newest', amount, 'time', 'created_at'],
  ] as const;
  const filters = [
    ['all', EVERYTHING],
    ['active products', active],
    ['products with common words', { ...active, words: ['needle', 'no'] }],
    ['products in large categories', { ...EVERYTHING, categoryIds: ['A', 'B'] }],
    ['products with common prices', { ...active, minPrice: 5, maxPrice: 9 }],
    ['all of these', { ...active, words: ['needle'], categoryIds: ['A'], maxPrice: 9 }],
  ] as const;
  const walks = filters.flatMap(([what, filter]) => orders.map((order) => [`${what} by ${order[0]}`, filter, order] as const));

  test.each(walks)('a page of %s walks along an index of its order, and sorts nothing', async (_, filter, [sort, from, index, column]) => {
    const plans = await plansOf((indexes) => boundedList(inLargeShop(indexes))(filter, { sort, after: from, limit: 21 }));
    const along = plans.filter((plan) => /INDEX (products_st|products_spread|category_places_)/.test(plan));
    expect(along.length).toBeGreaterThan(0);
    for (const plan of along) {
      const own = filter.categoryIds === undefined ? `products USING (COVERING )?INDEX (products_status_${index}|products_spread)` : `category_places USING (COVERING )?INDEX category_places_(${column}|spread)`;
      expect(plan).toMatch(new RegExp(`^SEARCH ${own} `));
      expect(plan).not.toContain('TEMP B-TREE');
    }
    expectNoScan(plans);
  });

  test.each([
    ['price', '(lowest_price,id)>(?,?)'],
    ['-price', '(lowest_price,id)<(?,?)'],
  ] as const)('the next page of a list by price limits, sorted by %s, starts where the last page ended, not where the prices start', async (sort, begins) => {
    const plans = await plansOf((indexes) =>
      boundedList(inLargeShop(indexes))({ ...active, words: ['needle'], minPrice: 2, maxPrice: 9 }, { sort, after: amount, limit: 21 }),
    );
    const within = plans.filter((plan) => plan.includes('INDEX products_status_lowest_price'));
    expect(within.length).toBeGreaterThan(0);
    for (const plan of within) expect(plan).toContain(begins);
  });

  test.each([
    ['title', after, 'products_status_title'],
    ['newest', amount, 'products_status_time'],
  ] as const)('a page of a list by price limits, sorted by %s, skips other prices in the index alone, and examines products last', async (sort, from, index) => {
    const filter = { ...active, words: ['needle'], minPrice: 5, maxPrice: 9 };
    const plans = await plansOf((indexes) => boundedList(inLargeShop(indexes))(filter, { sort, after: from, limit: 21 }));
    const along = plans.filter((plan) => plan.includes(index));
    expect(along.map((plan) => plan.includes(`USING COVERING INDEX ${index}`))).toEqual([true, true, false]);
    expect(along.at(-1)).toContain('product_skus_product');
  });

  test.each([
    ['SKUs', { ...active, skus: ['A', 'B'] }, 'PRIMARY KEY (sku=?)'],
    ['categories', { ...active, categoryIds: ['A', 'B'] }, 'PRIMARY KEY (category_id=?)'],
    ['prices', { ...active, minPrice: 5, maxPrice: 9 }, 'product_skus_amount'],
  ] as const)('a page of a list that %s narrow to few products starts from those', async (_, filter, expected) => {
    const plans = await plansOf((indexes) => boundedList(indexes)(filter, { sort: 'title', after: undefined, limit: 21 }));
    const among = plans.filter((plan) => plan.includes('sqlite_autoindex_products_1 (id=?)'));
    expect(among.length).toBeGreaterThan(0);
    expect(among[0]).toContain(expected);
    expectNoScan(plans);
  });

  test('a page of products with a word searches a range of numbers, sorts what it finds there, and reads only the products of the page', async () => {
    const plans = await plansOf((indexes) => boundedList(indexes)({ ...active, words: ['needle'] }, { sort: 'title', after: undefined, limit: 21 }), [product({ title: 'Needle' })]);
    expect(plans.some((plan) => /^SCAN product_search VIRTUAL TABLE INDEX \d+:[<>M0-9]*[<>]/.test(plan))).toBe(true);
    expect(plans.some((plan) => plan.includes('SEARCH text_places USING INTEGER PRIMARY KEY (rowid=?)'))).toBe(true);
    expect(plans.at(-1)).toContain('sqlite_autoindex_products_1 (id=?)');
    expectNoScan(plans);
  });

  function expectNoScan(plans: readonly string[]): void {
    for (const plan of plans) expect(plan).not.toMatch(/SCAN product(s|_skus|_texts|_categories)\b/);
  }

  async function plansOf(run: (indexes: ListIndexes) => Promise<unknown>, among: readonly Product[] = []): Promise<readonly string[]> {
    const opened = await temporaryStore(openSqliteProductStore);
    try {
      if (among.length > 0) await (await storeInUse({ ...opened, another: () => opened.store, withIndexes: async () => undefined })).put(...among);
      return await sqlitePlansOf<ProductSchema>(opened.path, ({ reader, dialect }) => run(sqlProductLists(reader, dialect)));
    } finally {
      await opened.close();
    }
  }
});
