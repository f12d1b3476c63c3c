import type { CategoryTree } from '../../domain/category-tree.ts';
import { lowestPrice, type PriceChange, type Product, spreadTo } from '../../domain/product.ts';
import { searchText } from '../../domain/search.ts';
import { titleKey } from '../../domain/sort-position.ts';

/** A product as a JSON document, and the columns that it is found and sorted by. */
export interface ProductsTable {
  id: string;
  slug: string;
  status: string;
  title_key: string;
  /** minor units of the cheapest variant */
  lowest_price: number;
  /** minor units of the dearest variant; null: it costs no more than the cheapest */
  spread_to: number | null;
  created_at: number;
  search_text: string;
  document: string;
}

/** One row for each variant: keeps SKUs unique, and finds products by SKU and by price. */
export interface ProductSkusTable {
  sku: string;
  product_id: string;
  amount: number;
}

/** One row for each category that a product names. */
export interface ProductCategoriesTable {
  category_id: string;
  product_id: string;
}

/** One row for each category that a product names, with the columns that its lists are sorted by. Triggers maintain it. */
export interface CategoryPlacesTable extends Pick<ProductsTable, 'id' | 'status' | 'title_key' | 'lowest_price' | 'spread_to' | 'created_at'> {
  category_id: string;
}

/** The category tree, as a JSON document. */
export interface CategoryTreesTable {
  id: string;
  document: string;
}

export interface CategoryUseTable {
  category_id: string;
  products: number;
}

/** The price history, append-only. Both columns of `previous` are null for a first price. */
export interface ProductPricesTable {
  product_id: string;
  version: number;
  sku: string;
  amount: number;
  currency: string;
  previous_amount: number | null;
  previous_currency: string | null;
  at: number;
  actor: string;
}

export interface ProductImagesTable {
  id: string;
  product_id: string;
  /** null: the bytes are in this row, and there are no parts */
  size: number | null;
  bytes: Uint8Array;
}

export interface ProductImagePartsTable {
  id: string;
  bytes: Uint8Array;
}

/** One row for each product, under the number of its text, with the columns that lists are sorted by. Triggers maintain it. */
export interface TextPlacesTable extends Omit<CategoryPlacesTable, 'category_id'> {
  number: number;
}

export type ProductSchema = {
  products: ProductsTable;
  product_skus: ProductSkusTable;
  product_categories: ProductCategoriesTable;
  category_places: CategoryPlacesTable;
  text_places: TextPlacesTable;
  category_trees: CategoryTreesTable;
  category_use: CategoryUseTable;
  product_prices: ProductPricesTable;
  product_images: ProductImagesTable;
  product_image_parts: ProductImagePartsTable;
  /** the texts that are searched, under stable numbers (`sql-list-migrations.ts`) */
  product_texts: { number: number; product_id: string; search_text: string };
};

export function productToRow(product: Product): ProductsTable {
  return {
    id: product.id,
    slug: product.slug,
    status: product.status,
    title_key: titleKey(product.title),
    lowest_price: lowestPrice(product),
    spread_to: spreadTo(product) ?? null,
    created_at: product.createdAt,
    search_text: searchText(product),
    document: JSON.stringify(product),
  };
}

export function productFromRow({ document }: Pick<ProductsTable, 'document'>): Product {
  // Rows that are older than categories and images lack both.
  return { categoryIds: [], images: [], ...JSON.parse(document) };
}

export function categoryRows({ id, categoryIds }: Product): ProductCategoriesTable[] {
  return categoryIds.map((categoryId) => ({ category_id: categoryId, product_id: id }));
}

export function priceRow(change: PriceChange): ProductPricesTable {
  const { productId, version, sku, price, previous, at, actor } = change;
  return {
    product_id: productId,
    version,
    sku,
    amount: price.amount,
    currency: price.currency,
    previous_amount: previous?.amount ?? null,
    previous_currency: previous?.currency ?? null,
    at,
    actor,
  };
}

export function priceFromRow(row: ProductPricesTable): PriceChange {
  const { product_id: productId, version, sku, amount, currency, at, actor } = row;
  const { previous_amount: before, previous_currency: beforeIn } = row;
  const previous = before === null || beforeIn === null ? null : { amount: before, currency: beforeIn };
  return { productId, version, sku, price: { amount, currency }, previous, at, actor };
}

export function skuRows({ id, variants }: Product): ProductSkusTable[] {
  return variants.map(({ sku, price }) => ({ sku, product_id: id, amount: price.amount }));
}

export function treeFromRow({ document }: Pick<CategoryTreesTable, 'document'>): CategoryTree {
  return JSON.parse(document);
}
