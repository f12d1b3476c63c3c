import type { PriceChange } from '../domain/price-change.ts';
import { lowestPrice, type Product, spreadTo } from '../domain/product.ts';
import { searchText } from '../domain/search.ts';
import { titleKey } from '../domain/sort-position.ts';
import type { ProductCategoriesTable, ProductPricesTable, ProductSkusTable, ProductsTable } from './product-schema.ts';

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
