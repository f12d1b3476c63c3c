import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import type { Migration } from 'kysely/migration';

export function categoryMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, json, integer } = dialect.column;
  return {
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
  };
}
