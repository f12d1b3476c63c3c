import { describe, expect, test } from 'bun:test';
import { openSqlite } from '@souk/chassis/sql/sqlite-database';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { sql } from 'kysely';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import type { ProductSchema } from '../src/storage/product-schema.ts';
import { productListQuery } from '../src/storage/sql-product-reads.ts';
import { describeProductLists } from './describe-product-lists.ts';
import { describeProductStore } from './describe-product-store.ts';
import { sqliteDatabase } from './product-databases.ts';

describeProductStore('SQLite', sqliteDatabase);
describeProductLists('SQLite', sqliteDatabase);

describe('the plans of the hot queries', () => {
  const all = { words: [], skus: undefined, categoryIds: undefined, minPrice: undefined, maxPrice: undefined };
  const after = { key: 'm', id: 'x' };
  const amount = { key: 5, id: 'x' };

  test.each([
    ['active by title', { ...all, onlyActive: true }, { sort: 'title', after, limit: 21 }, ['products_title_key']],
    ['everything by title', { ...all, onlyActive: false }, { sort: 'title', after, limit: 21 }, ['products_title_key']],
    ['by price', { ...all, onlyActive: true }, { sort: 'price', after: amount, limit: 21 }, ['products_lowest_price']],
    ['dearest', { ...all, onlyActive: true }, { sort: '-price', after: amount, limit: 21 }, ['products_lowest_price']],
    ['newest', { ...all, onlyActive: true }, { sort: 'newest', after: amount, limit: 21 }, ['products_created_at']],
    [
      'by SKU',
      { ...all, onlyActive: true, skus: ['A', 'B'] },
      { sort: 'title', after: undefined, limit: 101 },
      ['sqlite_autoindex_products_1 (id=?)', 'PRIMARY KEY (sku=?)'],
    ],
    [
      'by words',
      { ...all, onlyActive: true, words: ['needle'] },
      { sort: 'title', after: undefined, limit: 21 },
      ['sqlite_autoindex_products_1 (id=?)', 'SCAN product_search VIRTUAL TABLE'],
    ],
    [
      'by category',
      { ...all, onlyActive: true, categoryIds: ['A', 'B'] },
      { sort: 'title', after: undefined, limit: 21 },
      ['sqlite_autoindex_products_1 (id=?)', 'PRIMARY KEY (category_id=?)'],
    ],
  ] as const)('%s', async (_name, filter, slice, expected) => {
    const opened = await temporaryStore(openSqliteProductStore);
    const database = openSqlite<ProductSchema>({ path: opened.path });
    try {
      const query = productListQuery(database.reader, database.flavour, filter, slice).compile();
      const explained = sql<{ detail: string }>`explain query plan ${sql.raw(inlined(query.sql, query.parameters))}`;
      const plan = (await explained.execute(database.reader)).rows.map(({ detail }) => detail).join('\n');
      for (const part of expected) expect(plan).toContain(part);
      expect(plan).not.toContain('SCAN products');
      if (slice.after !== undefined) expect(plan).not.toContain('TEMP B-TREE');
    } finally {
      await database.close();
      await opened.close();
    }
  });
});

function inlined(text: string, parameters: readonly unknown[]): string {
  const values = parameters.values();
  return text.replace(/\?/g, () => {
    const { value } = values.next();
    return typeof value === 'number' ? String(value) : `'${String(value)}'`;
  });
}
