import type { Flavour } from '@souk/chassis/sql/flavour';
import { rowCollection, selectByKeys } from '@souk/chassis/sql/row-collection';
import type { SqlCollection } from '@souk/chassis/sql/sql-collection';
import type { Row } from '@souk/chassis/sql/statement';
import type { Kysely } from 'kysely';
import { type Product, variantOf } from '../domain/product.ts';
import { productFromRow, productToRow, skuRows } from './product-rows.ts';
import type { ProductSkusTable, ProductsTable } from './product-schema.ts';
import type { ProductCollections } from './product-store.ts';

const SKU_COLUMNS = ['sku', 'product_id', 'amount'] as const;

/** How products and the claims made of them lie in SQL tables. */
export function productTables(
  flavour: Flavour,
  reader: Kysely<unknown>,
): { readonly [N in keyof ProductCollections]: SqlCollection<ProductCollections[N]> } {
  const claims = (table: string, columns: readonly string[], name: string) => (keys: readonly string[]) => [
    selectByKeys(flavour, reader, table, columns, name, keys),
  ];
  return {
    products: products(flavour, reader),
    skus: {
      key: ({ sku }) => sku,
      load: claims('product_skus', ['sku', 'product_id'], 'sku'),
      read: ([rows = []]) =>
        rows.map((row) => row as Row & Pick<ProductSkusTable, 'sku' | 'product_id'>)
          .map(({ sku, product_id: productId }) => ({ sku, productId })),
      ...writtenWithProducts,
    },
    slugs: {
      key: ({ slug }) => slug,
      load: claims('products', ['slug', 'id'], 'slug'),
      read: ([rows = []]) =>
        rows.map((row) => row as Row & Pick<ProductsTable, 'slug' | 'id'>)
          .map(({ slug, id: productId }) => ({ slug, productId })),
      ...writtenWithProducts,
    },
  };
}

const nothing = () => [];
const writtenWithProducts = { insert: nothing, update: nothing, remove: nothing };

function products(flavour: Flavour, reader: Kysely<unknown>): SqlCollection<Product> {
  const documents = rowCollection<Product, ProductsTable>(flavour, reader, {
    table: 'products',
    columns: ['id', 'slug', 'status', 'title_key', 'lowest_price', 'created_at', 'search_text', 'document'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: productToRow,
    fromRow: productFromRow,
  });
  const insertSkus = (rows: readonly ProductSkusTable[]) =>
    rows.length === 0 ? [] : [flavour.insert('product_skus', SKU_COLUMNS, rows.map((row) => SKU_COLUMNS.map((c) => row[c])))];
  const updatePrices = (rows: readonly ProductSkusTable[]) =>
    rows.length === 0 ? [] : [flavour.update('product_skus', ['amount'], ['sku'], rows.map(({ amount, sku }) => [amount, sku]))];
  return {
    ...documents,
    insert: (entities) => [...documents.insert(entities), ...insertSkus(entities.flatMap(skuRows))],
    update: (changes) => {
      const rows = changes.flatMap(({ before, after }) =>
        skuRows(after).map((row) => ({ row, was: variantOf(before, row.sku)?.price.amount })),
      );
      const added = rows.filter(({ was }) => was === undefined);
      const repriced = rows.filter(({ row, was }) => was !== undefined && was !== row.amount);
      return [
        ...documents.update(changes),
        ...insertSkus(added.map(({ row }) => row)),
        ...updatePrices(repriced.map(({ row }) => row)),
      ];
    },
    remove: () => {
      throw new Error('a product is archived, never removed');
    },
  };
}
