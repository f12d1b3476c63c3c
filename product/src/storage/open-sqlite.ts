import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import { type Kysely, sql, type SqlBool } from 'kysely';
import { EMPTY_TREE, TREE } from '../domain/category-tree.ts';
import { PART_BYTES, partId } from '../domain/product-image.ts';
import { boundedList } from './bounded-list.ts';
import type { PriceFilter, PriceSlice, ProductCollections, ProductReads, ProductStore } from './product-store.ts';
import { priceFromRow, productFromRow, type ProductSchema, treeFromRow } from './sql/product-rows.ts';
import { productTables } from './sql/product-tables.ts';
import { sqlProductLists } from './sql/sql-product-lists.ts';
import { productMigrations } from './sql/sql-product-migrations.ts';

/** The catalogue in one SQLite file. Call `migrate()` before anything else. */
export function openSqliteProductStore(options: SqliteOptions): ProductStore {
  const database = openSqlite<unknown>(options);
  const { dialect, reader } = database;
  const tables = productTables(dialect);
  const store = sqlServiceStore<ProductCollections, unknown>(database, tables, productMigrations(dialect));
  return { ...store, reads: sqlProductReads(reader.withTables<ProductSchema>(), dialect) };
}

function sqlProductReads(reader: Kysely<ProductSchema>, dialect: Dialect): ProductReads {
  const one = async (column: 'id' | 'slug', value: string) => {
    const row = await reader.selectFrom('products').select('document').where(column, '=', value).executeTakeFirst();
    return row && productFromRow(row);
  };
  return {
    byId: (id) => one('id', id),
    bySlug: (slug) => one('slug', slug),
    list: boundedList(sqlProductLists(reader, dialect)),
    async categories() {
      const row = await reader.selectFrom('category_trees').select('document').where('id', '=', TREE).executeTakeFirst();
      return row === undefined ? EMPTY_TREE : treeFromRow(row);
    },
    async priceHistory(filter, slice) {
      return (await priceHistoryQuery(reader, filter, slice).execute()).map(priceFromRow);
    },
    async imageSize(id) {
      const size = sql<number>`coalesce(size, octet_length(bytes))`.as('size');
      return (await reader.selectFrom('product_images').select(size).where('id', '=', id).executeTakeFirst())?.size;
    },
    async imageSlice(id, from, to) {
      const part = Math.floor(from / PART_BYTES);
      const start = part * PART_BYTES;
      const slice = (first: number) => sql<Uint8Array>`substr(bytes, ${first + 1}, ${to - from})`.as('slice');
      const parts = reader.selectFrom('product_image_parts').select(slice(from - start)).where('id', '=', partId(id, part));
      const images = reader.selectFrom('product_images').select(slice(from)).where('id', '=', id).where('size', 'is', null);
      return ((await parts.executeTakeFirst()) ?? (await images.executeTakeFirst()))?.slice ?? new Uint8Array();
    },
  };
}

function priceHistoryQuery(
  reader: Kysely<ProductSchema>,
  { productId, sku }: PriceFilter,
  { after, limit }: PriceSlice,
) {
  let query = reader.selectFrom('product_prices').selectAll().where('product_id', '=', productId);
  if (sku !== undefined) query = query.where('sku', '=', sku);
  if (after !== undefined) query = query.where(sql<SqlBool>`(version, sku) < (${after.version}, ${after.sku})`);
  return query.orderBy('version', 'desc').orderBy('sku', 'desc').limit(limit);
}
