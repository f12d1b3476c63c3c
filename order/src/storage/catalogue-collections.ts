import type { Flavour } from '@souk/chassis/sql/flavour';
import { rowCollection } from '@souk/chassis/sql/row-collection';
import type { SqlCollection } from '@souk/chassis/sql/sql-collection';
import type { CatalogueEntry, CatalogueProduct } from '../domain/catalogue.ts';
import type { CatalogueProductsTable, CatalogueTable } from './order-schema.ts';

export function catalogueEntries(flavour: Flavour, table: 'catalogue' | 'catalogue_fresh'): SqlCollection<CatalogueEntry> {
  return rowCollection<CatalogueEntry, CatalogueTable>(flavour, {
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
  });
}

export function catalogueProducts(
  flavour: Flavour,
  table: 'catalogue_products' | 'catalogue_products_fresh',
): SqlCollection<CatalogueProduct> {
  return rowCollection<CatalogueProduct, CatalogueProductsTable>(flavour, {
    table,
    columns: ['id', 'version', 'skus'],
    keyColumn: 'id',
    keyOf: (product) => product.id,
    toRow: ({ id, version, skus }) => ({ id, version, skus: JSON.stringify(skus) }),
    fromRow: ({ id, version, skus }) => ({ id, version, skus: JSON.parse(skus) }),
  });
}
