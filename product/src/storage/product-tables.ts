import type { Dialect, Write } from '@souk/chassis/stores/sql/sql-database';
import { rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { type Product, variantOf } from '../domain/product.ts';
import type { SkuClaim } from '../domain/sku.ts';
import type { SlugClaim } from '../domain/slug.ts';
import { categoryTrees, categoryUse } from './category-tables.ts';
import { categoryWrites } from './category-writes.ts';
import { imageBytes, imageParts, priceChanges } from './price-and-image-tables.ts';
import { productFromRow, productToRow, skuRows } from './product-rows.ts';
import type { ProductSkusTable, ProductsTable } from './product-schema.ts';
import type { ProductCollections } from './product-store.ts';

const SKU_COLUMNS = ['sku', 'product_id', 'amount'] as const;

/** Mapping of products, and of the claims derived from them, to SQL tables. */
export function productTables(dialect: Dialect): { readonly [N in keyof ProductCollections]: SqlCollection<ProductCollections[N]> } {
  const skus = rowCollection<SkuClaim, Pick<ProductSkusTable, 'sku' | 'product_id'>>(dialect, {
    table: 'product_skus',
    columns: ['sku', 'product_id'],
    keyColumn: 'sku',
    keyOf: ({ sku }) => sku,
    toRow: ({ sku, productId }) => ({ sku, product_id: productId }),
    fromRow: ({ sku, product_id: productId }) => ({ sku, productId }),
  });
  const slugs = rowCollection<SlugClaim, Pick<ProductsTable, 'slug' | 'id'>>(dialect, {
    table: 'products',
    columns: ['slug', 'id'],
    keyColumn: 'slug',
    keyOf: ({ slug }) => slug,
    toRow: ({ slug, productId }) => ({ slug, id: productId }),
    fromRow: ({ slug, id: productId }) => ({ slug, productId }),
  });
  return {
    products: products(dialect),
    skus: readOnly(skus),
    slugs: readOnly(slugs),
    categoryTrees: categoryTrees(dialect),
    categoryUse: categoryUse(dialect),
    priceChanges: priceChanges(dialect),
    imageBytes: imageBytes(dialect),
    imageParts: imageParts(dialect),
  };
}

const nothing = () => [];

/** Claims have no writes of their own: they are written as parts of their products. */
function readOnly<Claim>(claims: SqlCollection<Claim>): SqlCollection<Claim> {
  return { ...claims, insert: nothing, update: nothing, remove: nothing };
}

function products(dialect: Dialect): SqlCollection<Product> {
  const documents = rowCollection<Product, ProductsTable>(dialect, {
    table: 'products',
    columns: ['id', 'slug', 'status', 'title_key', 'lowest_price', 'spread_to', 'created_at', 'search_text', 'document'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: productToRow,
    fromRow: productFromRow,
  });
  const insertSkus = (rows: readonly ProductSkusTable[]): Write[] => {
    if (rows.length === 0) return [];
    return [dialect.insert('product_skus', SKU_COLUMNS, rows.map((row) => SKU_COLUMNS.map((column) => row[column])))];
  };
  const updatePrices = (rows: readonly ProductSkusTable[]): Write[] => {
    if (rows.length === 0) return [];
    return [dialect.update('product_skus', ['amount'], ['sku'], rows.map(({ amount, sku }) => [amount, sku]))];
  };
  const categories = categoryWrites(dialect);
  return {
    ...documents,
    insert: (entities) => [
      ...documents.insert(entities),
      ...insertSkus(entities.flatMap(skuRows)),
      ...categories.insert(entities),
    ],
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
        ...categories.change(changes),
      ];
    },
    remove: () => {
      throw new Error('a product is archived, never removed');
    },
  };
}
