import type { Flavour } from '@souk/chassis/stores/sql/flavour';
import type { Migration } from 'kysely/migration';

export function categoryMigrations(flavour: Flavour): Readonly<Record<string, Migration>> {
  const { id, key, json, integer } = flavour.column;
  return {
    'product-007-category-trees': {
      up: (db) =>
        flavour
          .wide(
            db.schema
              .createTable('category_trees')
              .addColumn('id', key, (c) => c.primaryKey().notNull())
              .addColumn('document', json, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-008-category-use': {
      up: (db) =>
        flavour
          .narrow(
            db.schema
              .createTable('category_use')
              .addColumn('category_id', id, (c) => c.primaryKey().notNull())
              .addColumn('products', integer, (c) => c.notNull()),
          )
          .execute(),
    },
    'product-009-product-categories': {
      up: (db) =>
        flavour
          .narrow(
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
