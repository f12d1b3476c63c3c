import type { Flavour } from '@souk/chassis/sql/flavour';
import { type ExpressionBuilder, type Kysely, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import type { ProductSort } from '../domain/sort-position.ts';
import { productFromRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';
import type { ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

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

type ListQuery = ReturnType<typeof productListQuery>;

function filtered(all: ListQuery, flavour: Flavour, filter: ProductFilter): ListQuery {
  const { onlyActive, words, skus, minPrice, maxPrice } = filter;
  let query = all;
  if (onlyActive) query = query.where('status', '=', 'active');
  for (const word of words) query = query.where(sql<SqlBool>`instr(search_text, ${word}) > 0`);
  if (skus !== undefined) {
    const wanted = flavour.in('sku', skus);
    query = query.where('id', 'in', (eb) => eb.selectFrom('product_skus').select('product_id').where(wanted));
  }
  if (minPrice !== undefined || maxPrice !== undefined) {
    query = query.where((eb) => eb.exists(variantWithin(eb, minPrice ?? 0, maxPrice ?? Number.MAX_SAFE_INTEGER)));
  }
  return query;
}

function variantWithin(eb: ExpressionBuilder<ProductSchema, 'products'>, least: number, most: number) {
  return eb
    .selectFrom('product_skus')
    .select('sku')
    .whereRef('product_id', '=', 'products.id')
    .where('amount', '>=', least)
    .where('amount', '<=', most);
}
