import type { EventsTable } from '@souk/chassis/stores/sql/chassis-schema';
import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { pricesTold } from '../../domain/change-product.ts';
import { priceRow, type ProductSchema } from './product-rows.ts';
import { listMigrations } from './sql-list-migrations.ts';

/** The schema steps of the catalogue's tables. Kysely runs all steps in the order of their names, those of the lists among them. */
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
    'product-007-category-trees': {
      up: (db) =>
        dialect
          .heapTable(
            db.schema
              .createTable('category_trees')
              .addColumn('id', key, (c) => c.primaryKey().notNull())
              .addColumn('document', json, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-008-category-use': {
      up: (db) =>
        dialect
          .clusteredTable(
            db.schema
              .createTable('category_use')
              .addColumn('category_id', id, (c) => c.primaryKey().notNull())
              .addColumn('products', integer, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-009-product-categories': {
      up: (db) =>
        dialect
          .clusteredTable(
            db.schema
              .createTable('product_categories')
              .addColumn('category_id', id, (c) => c.notNull())
              .addColumn('product_id', id, (c) => c.notNull())
              .addPrimaryKeyConstraint('product_categories_key', ['category_id', 'product_id']),
          )
          .execute(),
    },
    'product-010-product-prices': {
      up: (db) =>
        dialect
          .clusteredTable(
            db.schema
              .createTable('product_prices')
              .addColumn('product_id', id, (c) => c.notNull())
              .addColumn('version', integer, (c) => c.notNull())
              .addColumn('sku', key, (c) => c.notNull())
              .addColumn('amount', integer, (c) => c.notNull())
              .addColumn('currency', key, (c) => c.notNull())
              .addColumn('previous_amount', integer)
              .addColumn('previous_currency', key)
              .addColumn('at', integer, (c) => c.notNull())
              .addColumn('actor', id, (c) => c.notNull())
              .addPrimaryKeyConstraint('product_prices_key', ['product_id', 'version', 'sku']),
          )
          .execute(),
    },
    'product-011-product-images': {
      up: (db) =>
        dialect
          .heapTable(
            db.schema
              .createTable('product_images')
              .addColumn('id', id, (c) => c.primaryKey().notNull())
              .addColumn('product_id', id, (c) => c.notNull())
              .addColumn('bytes', sql`blob`, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-013-prices-of-before': { up: completePrices },
    // Stores images in parts, so that a read takes only the requested range, or only the next part for a slow reader.
    'product-027-image-sizes': { up: (db) => db.schema.alterTable('product_images').addColumn('size', integer).execute() },
    'product-028-image-parts': {
      up: (db) =>
        dialect
          .heapTable(
            db.schema
              .createTable('product_image_parts')
              .addColumn('id', key, (c) => c.primaryKey().notNull())
              .addColumn('bytes', sql`blob`, (c) => c.notNull()),
          )
          .execute(),
    },
    ...listMigrations(dialect),
  };
}

/** `status` at the end lets lists of active products skip the others without reading them. */
function sortedBy(column: 'title_key' | 'lowest_price' | 'created_at'): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_${column}`).on('products').columns([column, 'id', 'status']).execute(),
  };
}

/** Products per batch. */
const AT_ONCE = 100;
/** Rows of nine columns in a statement: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 1000;

/** Fills the price history of products that are older than it, from their events. Existing entries stay as they are. */
async function completePrices(db: Kysely<ProductSchema & { events: EventsTable }>): Promise<void> {
  const page = db.selectFrom('products').select('id').orderBy('id').limit(AT_ONCE);
  const events = db.selectFrom('events').select(['stream', 'data', 'context']).orderBy('stream').orderBy('version');
  for (let after = ''; ; ) {
    const ids = (await page.where('id', '>', after).execute()).map(({ id }) => id);
    if (ids.length === 0) return;
    const rows = pricesTold(await events.where('stream', 'in', ids).where('published', '=', 1).execute()).map(priceRow);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const some = rows.slice(at, at + ROWS_AT_ONCE);
      await db.insertInto('product_prices').values(some).onConflict((c) => c.doNothing()).execute();
    }
    after = ids.at(-1) ?? after;
  }
}
