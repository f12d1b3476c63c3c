import type { Dialect } from '@souk/chassis/stores/sql/dialect';
import { rowCollection, type RowMapping, rowView } from '@souk/chassis/stores/sql/row-collection';
import type { SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { ViewMemory } from '@souk/chassis/stores/sql/view-memory';
import type { CatalogueEntry, CatalogueProduct } from '../domain/catalogue.ts';
import type { CatalogueProductsTable, CatalogueTable } from './order-schema.ts';

/** Age up to which a cached price is used: a price read a second ago is as right as one whose event arrives in a second. */
const OFFERS_MS = 1000;

export function catalogueEntries(dialect: Dialect, table: 'catalogue' | 'catalogue_fresh'): SqlCollection<CatalogueEntry> {
  return rowCollection(dialect, entriesIn(table));
}

/** Cache of the copy in use, for placements. `now`: a monotonic clock in milliseconds. */
export function offersMemory(now: () => number): ViewMemory<CatalogueEntry> {
  const bytesOf = ({ title, options }: CatalogueEntry) => 500 + 2 * title.length + 2 * JSON.stringify(options).length;
  return new ViewMemory({ ms: OFFERS_MS, count: 10_000, bytes: 8 * 1024 * 1024, bytesOf, now });
}

export function offers(dialect: Dialect, seen: ViewMemory<CatalogueEntry>): SqlCollection<CatalogueEntry> {
  return rowView(dialect, entriesIn('catalogue'), seen);
}

function entriesIn(table: 'catalogue' | 'catalogue_fresh'): RowMapping<CatalogueEntry, CatalogueTable> {
  return {
    table,
    columns: ['sku', 'product_id', 'title', 'price', 'currency', 'active', 'version', 'changed_at', 'options'],
    keyColumn: 'sku',
    keyOf: (entry) => entry.sku,
    toRow: ({ sku, productId, title, options, price, active, version, changedAt }) => ({
      sku,
      product_id: productId,
      title,
      price: price.amount,
      currency: price.currency,
      active: active ? 1 : 0,
      version,
      changed_at: changedAt,
      options: options && JSON.stringify(options),
    }),
    fromRow: ({ sku, product_id, title, options, price, currency, active, version, changed_at }) => ({
      sku,
      productId: product_id,
      title,
      options: options === null ? null : JSON.parse(options),
      price: { amount: price, currency },
      active: active === 1,
      version,
      changedAt: changed_at,
    }),
  };
}

export function catalogueProducts(
  dialect: Dialect,
  table: 'catalogue_products' | 'catalogue_products_fresh',
): SqlCollection<CatalogueProduct> {
  return rowCollection<CatalogueProduct, CatalogueProductsTable>(dialect, {
    table,
    columns: ['id', 'version', 'skus'],
    keyColumn: 'id',
    keyOf: (product) => product.id,
    toRow: ({ id, version, skus }) => ({ id, version, skus: JSON.stringify(skus) }),
    fromRow: ({ id, version, skus }) => ({ id, version, skus: JSON.parse(skus) }),
  });
}
