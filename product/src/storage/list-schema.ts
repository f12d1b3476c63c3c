import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { productFromRow, productToRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';

/** Products per batch: the thread that writes serves other databases, too. */
const AT_ONCE = 500;

/** Fills `spread_to` in rows that are older than the column. */
async function fillSpread(db: Kysely<ProductSchema>): Promise<void> {
  const page = db.selectFrom('products').select(['id', 'document']).orderBy('id').limit(AT_ONCE);
  for (let after = ''; ; ) {
    const rows = await page.where('id', '>', after).execute();
    for (const row of rows) {
      const { spread_to } = productToRow(productFromRow(row));
      if (spread_to !== null) await db.updateTable('products').set({ spread_to }).where('id', '=', row.id).execute();
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Status comes first: archived products pile up over the years, and lists of active products never touch them. */
function sortedBy(column: 'title_key' | 'lowest_price' | 'created_at'): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_status_${column}`).on('products').columns(['status', column, 'id']).execute(),
  };
}

function without(index: string): Migration {
  return { up: (db) => db.schema.dropIndex(index).execute() };
}

/** Index entries with prices: a list in another order skips products that cost too much or too little without reading them. */
function withPrices(column: 'title_key' | 'created_at', name: string): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_status_${name}`).on('products').columns(['status', column, 'id', 'lowest_price', 'spread_to']).execute(),
  };
}

/** Indexes for the sort orders that are not by price. */
export const pricedListMigrations: Readonly<Record<string, Migration>> = {
  'product-042-by-title-with-prices': withPrices('title_key', 'title'),
  'product-043-by-time-with-prices': withPrices('created_at', 'time'),
  'product-044-not-by-title-alone': without('products_status_title_key'),
  'product-045-not-by-time-alone': without('products_status_created_at'),
};

/** Every part of a filter, and every sort order of a list, has an index of its own. */
export function listMigrations({ column: { integer } }: Dialect): Readonly<Record<string, Migration>> {
  return {
    'product-015-active-by-title': sortedBy('title_key'),
    'product-016-active-by-price': sortedBy('lowest_price'),
    'product-017-active-by-time': sortedBy('created_at'),
    'product-018-not-by-title': without('products_title_key'),
    'product-019-not-by-price': without('products_lowest_price'),
    'product-020-not-by-time': without('products_created_at'),
    'product-021-skus-by-price': {
      up: (db) => db.schema.createIndex('product_skus_amount').on('product_skus').columns(['amount', 'product_id']).execute(),
    },
    'product-022-categories-by-product': {
      up: (db) => db.schema.createIndex('product_categories_product').on('product_categories').columns(['product_id', 'category_id']).execute(),
    },
    'product-023-spread': { up: (db) => db.schema.alterTable('products').addColumn('spread_to', integer).execute() },
    'product-024-spread-of-before': { up: fillSpread },
    'product-025-spread-by-price': {
      up: (db) => sql`create index products_spread on products (status, lowest_price, id, spread_to) where spread_to is not null`.execute(db).then(() => undefined),
    },
    'product-026-prices-by-sku': {
      up: (db) => db.schema.createIndex('product_prices_sku').on('product_prices').columns(['product_id', 'sku', 'version']).execute(),
    },
  };
}
