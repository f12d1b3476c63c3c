import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export function priceAndImageMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, integer } = dialect.column;
  return {
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
  };
}

/** Stores images in parts, so that a read takes only the requested range, or only the next part for a slow reader. */
export function imagePartMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { key, integer } = dialect.column;
  return {
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
  };
}
