import type { Dialect, Write } from '@souk/chassis/stores/sql/sql-database';
import { appendOnly, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { CategoryTree, CategoryUse } from '../../domain/category-tree.ts';
import type { SkuClaim, SlugClaim } from '../../domain/claims.ts';
import type { ImageBytes, ImagePart } from '../../domain/product-image.ts';
import { type PriceChange, type Product, variantOf } from '../../domain/product.ts';
import type { ProductCollections } from '../product-store.ts';
import {
  categoryRows,
  type CategoryTreesTable,
  type CategoryUseTable,
  priceRow,
  type ProductCategoriesTable,
  productFromRow,
  type ProductImagePartsTable,
  type ProductImagesTable,
  type ProductSkusTable,
  type ProductsTable,
  productToRow,
  skuRows,
  treeFromRow,
} from './product-rows.ts';

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
    products: productTable(dialect),
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

function productTable(dialect: Dialect): SqlCollection<Product> {
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

interface ProductChange {
  readonly before: Product;
  readonly after: Product;
}

const CATEGORY_COLUMNS = ['category_id', 'product_id'] as const;

/** Maintains the rows by which products are found in their categories; only rows that differ are written. */
function categoryWrites(dialect: Dialect) {
  const insertRows = (rows: readonly ProductCategoriesTable[]): Write[] =>
    rows.length === 0 ? [] : [dialect.insert('product_categories', CATEGORY_COLUMNS, rows.map(valuesOf))];
  const removeRows = (rows: readonly ProductCategoriesTable[]): Write[] =>
    rows.length === 0 ? [] : [dialect.remove('product_categories', CATEGORY_COLUMNS, rows.map(valuesOf))];
  return {
    insert: (products: readonly Product[]) => insertRows(products.flatMap(categoryRows)),
    change: (changes: readonly ProductChange[]) => [
      ...removeRows(changes.flatMap(({ before, after }) => rowsOnlyOf(before, after))),
      ...insertRows(changes.flatMap(({ before, after }) => rowsOnlyOf(after, before))),
    ],
  };
}

function rowsOnlyOf(one: Product, { categoryIds }: Product): ProductCategoriesTable[] {
  return categoryRows(one).filter((row) => !categoryIds.includes(row.category_id));
}

function valuesOf(row: ProductCategoriesTable): string[] {
  return CATEGORY_COLUMNS.map((column) => row[column]);
}

function categoryTrees(dialect: Dialect): SqlCollection<CategoryTree> {
  return rowCollection<CategoryTree, CategoryTreesTable>(dialect, {
    table: 'category_trees',
    columns: ['id', 'document'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: (tree) => ({ id: tree.id, document: JSON.stringify(tree) }),
    fromRow: treeFromRow,
  });
}

function categoryUse(dialect: Dialect): SqlCollection<CategoryUse> {
  return rowCollection<CategoryUse, CategoryUseTable>(dialect, {
    table: 'category_use',
    columns: ['category_id', 'products'],
    keyColumn: 'category_id',
    keyOf: ({ categoryId }) => categoryId,
    toRow: ({ categoryId, products }) => ({ category_id: categoryId, products }),
    fromRow: ({ category_id: categoryId, products }) => ({ categoryId, products }),
  });
}

const PRICE_COLUMNS = [
  'product_id', 'version', 'sku', 'amount', 'currency', 'previous_amount', 'previous_currency', 'at', 'actor',
] as const;

function priceChanges(dialect: Dialect): SqlCollection<PriceChange> {
  return appendOnly(
    ({ productId, version, sku }) => `${productId} ${version} ${sku}`,
    (changes) => {
      const rows = changes.map(priceRow).map((row) => PRICE_COLUMNS.map((column) => row[column]));
      return [dialect.insert('product_prices', PRICE_COLUMNS, rows)];
    },
  );
}

/** Written in one transaction with the product version that has the image, so neither exists without the other. */
function imageBytes(dialect: Dialect): SqlCollection<ImageBytes> {
  return rowCollection<ImageBytes, ProductImagesTable>(dialect, {
    table: 'product_images',
    columns: ['id', 'product_id', 'size', 'bytes'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ id, productId, size, bytes }) => ({ id, product_id: productId, size, bytes }),
    fromRow: ({ id, product_id: productId, size, bytes }) => ({ id, productId, size, bytes }),
  });
}

function imageParts(dialect: Dialect): SqlCollection<ImagePart> {
  return rowCollection<ImagePart, ProductImagePartsTable>(dialect, {
    table: 'product_image_parts',
    columns: ['id', 'bytes'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: (part) => ({ ...part }),
    fromRow: (row) => row,
  });
}
