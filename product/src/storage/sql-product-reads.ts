import type { Flavour } from '@souk/chassis/sql/flavour';
import { type ExpressionBuilder, type Kysely, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import { EMPTY_TREE, TREE } from '../domain/category.ts';
import { gramsOf } from '../domain/search.ts';
import type { ProductSort } from '../domain/sort-position.ts';
import { treeFromRow } from './category-tables.ts';
import { priceFromRow, productFromRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';
import type { PriceFilter, PriceSlice, ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

const ORDER = {
  title: { column: 'title_key', direction: 'asc' },
  price: { column: 'lowest_price', direction: 'asc' },
  '-price': { column: 'lowest_price', direction: 'desc' },
  newest: { column: 'created_at', direction: 'desc' },
} as const satisfies Record<ProductSort, object>;

export function sqlProductReads(reader: Kysely<ProductSchema>, flavour: Flavour): ProductReads {
  const one = async (column: 'id' | 'slug', value: string) => {
    const row = await reader.selectFrom('products').select('document').where(column, '=', value).executeTakeFirst();
    return row && productFromRow(row);
  };
  return {
    byId: (id) => one('id', id),
    bySlug: (slug) => one('slug', slug),
    async list(filter, slice) {
      const rows = await productListQuery(reader, flavour, filter, slice).execute();
      return rows.map(productFromRow);
    },
    async categories() {
      const row = await reader.selectFrom('category_trees').select('document').where('id', '=', TREE).executeTakeFirst();
      return row === undefined ? EMPTY_TREE : treeFromRow(row);
    },
    async priceHistory(filter, slice) {
      return (await priceHistoryQuery(reader, filter, slice).execute()).map(priceFromRow);
    },
    async imageBytes(id) {
      const row = await reader.selectFrom('product_images').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { id, productId: row.product_id, bytes: row.bytes };
    },
  };
}

export function productListQuery(
  reader: Kysely<ProductSchema>,
  flavour: Flavour,
  filter: ProductFilter,
  { sort, after, limit }: ProductSlice,
): SelectQueryBuilder<ProductSchema, 'products', { document: string }> {
  const { column, direction } = ORDER[sort];
  let query = filtered(reader.selectFrom('products').select('document'), flavour, filter);
  if (after !== undefined) {
    const beyond = sql.raw(direction === 'asc' ? '>' : '<');
    query = query.where(sql<SqlBool>`(${sql.ref(column)}, id) ${beyond} (${after.key}, ${after.id})`);
  }
  return query.orderBy(column, direction).orderBy('id', direction).limit(limit);
}

export function priceHistoryQuery(
  reader: Kysely<ProductSchema>,
  { productId, sku }: PriceFilter,
  { after, limit }: PriceSlice,
) {
  let query = reader.selectFrom('product_prices').selectAll().where('product_id', '=', productId);
  if (sku !== undefined) query = query.where('sku', '=', sku);
  if (after !== undefined) query = query.where(sql<SqlBool>`(version, sku) < (${after.version}, ${after.sku})`);
  return query.orderBy('version', 'desc').orderBy('sku', 'desc').limit(limit);
}

type ListQuery = ReturnType<typeof productListQuery>;

function filtered(all: ListQuery, flavour: Flavour, filter: ProductFilter): ListQuery {
  const { onlyActive, words, skus, categoryIds, minPrice, maxPrice } = filter;
  let query = all;
  if (onlyActive) query = query.where('status', '=', 'active');
  query = withWords(query, words);
  if (skus !== undefined) {
    const wanted = flavour.in('sku', skus);
    query = query.where('id', 'in', (eb) => eb.selectFrom('product_skus').select('product_id').where(wanted));
  }
  if (categoryIds !== undefined) {
    const wanted = flavour.in('category_id', categoryIds);
    query = query.where('id', 'in', (eb) => eb.selectFrom('product_categories').select('product_id').where(wanted));
  }
  if (minPrice !== undefined || maxPrice !== undefined) {
    query = query.where((eb) => eb.exists(variantWithin(eb, minPrice ?? 0, maxPrice ?? Number.MAX_SAFE_INTEGER)));
  }
  return query;
}

/** Exactly the products whose text has every word somewhere; words too short for the index are looked for without it. */
function withWords(all: ListQuery, words: readonly string[]): ListQuery {
  const isIndexed = (word: string) => gramsOf(word).length > 0;
  let query = all;
  for (const word of words.filter((one) => !isIndexed(one))) query = query.where(sql<SqlBool>`instr(search_text, ${word}) > 0`);
  const phrases = words.filter(isIndexed).map((word) => `"${word.replaceAll('"', '""')}"`);
  if (phrases.length === 0) return query;
  const found = sql`select rowid from product_search where product_search match ${phrases.join(' ')}`;
  return query.where('id', 'in', (eb) =>
    eb.selectFrom('product_texts').select('product_id').where(sql<SqlBool>`number in (${found})`),
  );
}

function variantWithin(eb: ExpressionBuilder<ProductSchema, 'products'>, least: number, most: number) {
  return eb
    .selectFrom('product_skus')
    .select('sku')
    .whereRef('product_id', '=', 'products.id')
    .where('amount', '>=', least)
    .where('amount', '<=', most);
}
