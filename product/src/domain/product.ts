import type { ProductStatus, Variant } from '@souk/contracts/http/product';
import type { ProductImage } from './product-image.ts';

/** A product as the domain sees it. Times are epoch milliseconds; prices are in minor units. */
export interface Product {
  readonly id: string;
  /** unique over all products, whatever their status */
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly status: ProductStatus;
  /** without duplicates, in the order they were given */
  readonly categoryIds: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  /** at least one; in the order they were added */
  readonly variants: readonly Variant[];
  /** in the order they are shown */
  readonly images: readonly ProductImage[];
  /** Counts the changes: 1 when created; each version has one event. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const VARIANTS_LIMIT = 100;
export const ATTRIBUTES_LIMIT = 50;

export function variantOf(product: Pick<Product, 'variants'>, sku: string): Variant | undefined {
  return product.variants.find((variant) => variant.sku === sku);
}

/** The highest price of the variants; undefined: all variants cost the same. */
export function spreadTo(product: Product): number | undefined {
  const highest = Math.max(...product.variants.map(({ price }) => price.amount));
  return highest > lowestPrice(product) ? highest : undefined;
}

/** Sort key of a product in lists by price. Minor units are compared whatever the currency. */
export function lowestPrice({ variants }: Product): number {
  return Math.min(...variants.map(({ price }) => price.amount));
}
