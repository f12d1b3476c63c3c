import { lowestPrice, type Product } from '../domain/product.ts';
import { searchText } from '../domain/search.ts';
import { titleKey } from '../domain/sort-position.ts';
import type { ProductSkusTable, ProductsTable } from './product-schema.ts';

export function productToRow(product: Product): ProductsTable {
  return {
    id: product.id,
    slug: product.slug,
    status: product.status,
    title_key: titleKey(product.title),
    lowest_price: lowestPrice(product),
    created_at: product.createdAt,
    search_text: searchText(product),
    document: JSON.stringify(product),
  };
}

export function productFromRow({ document }: Pick<ProductsTable, 'document'>): Product {
  return JSON.parse(document);
}

export function skuRows({ id, variants }: Product): ProductSkusTable[] {
  return variants.map(({ sku, price }) => ({ sku, product_id: id, amount: price.amount }));
}
