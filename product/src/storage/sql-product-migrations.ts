import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import type { Migration } from 'kysely/migration';
import { categoryPlaceMigrations } from './category-place-schema.ts';
import { categoryMigrations } from './category-schema.ts';
import { foldSqlAnew } from './fold-anew.ts';
import { listMigrations, pricedListMigrations } from './list-schema.ts';
import { imagePartMigrations, priceAndImageMigrations } from './price-and-image-schema.ts';
import { completeSqlPrices } from './price-backfill.ts';
import { searchMigrations } from './search-schema.ts';
import { textPlaceMigrations } from './text-place-schema.ts';

/** `status` at the end lets lists of active products skip the others without reading them. */
function sortedBy(column: 'title_key' | 'lowest_price' | 'created_at'): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_${column}`).on('products').columns([column, 'id', 'status']).execute(),
  };
}

export function productMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, text, json, integer } = dialect.column;
  return {
    'product-001-products': {
      up: (db) =>
        dialect
          .heapTable(
            db.schema
              .createTable('products')
              .addColumn('id', id, (c) => c.primaryKey().notNull())
              .addColumn('slug', key, (c) => c.notNull().unique())
              .addColumn('status', key, (c) => c.notNull())
              .addColumn('title_key', key, (c) => c.notNull())
              .addColumn('lowest_price', integer, (c) => c.notNull())
              .addColumn('created_at', integer, (c) => c.notNull())
              .addColumn('search_text', text, (c) => c.notNull())
              .addColumn('document', json, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-002-products-by-title': sortedBy('title_key'),
    'product-003-products-by-price': sortedBy('lowest_price'),
    'product-004-products-by-time': sortedBy('created_at'),
    'product-005-product-skus': {
      up: (db) =>
        dialect
          .clusteredTable(
            db.schema
              .createTable('product_skus')
              .addColumn('sku', key, (c) => c.primaryKey().notNull())
              .addColumn('product_id', id, (c) => c.notNull())
              .addColumn('amount', integer, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-006-product-skus-by-product': {
      up: (db) =>
        db.schema.createIndex('product_skus_product').on('product_skus').columns(['product_id', 'amount']).execute(),
    },
    ...categoryMigrations(dialect),
    ...priceAndImageMigrations(dialect),
    ...searchMigrations,
    'product-013-prices-of-before': { up: completeSqlPrices },
    'product-014-folded-anew': { up: foldSqlAnew },
    ...listMigrations(dialect),
    ...imagePartMigrations(dialect),
    ...categoryPlaceMigrations,
    ...textPlaceMigrations,
    ...pricedListMigrations,
  };
}
