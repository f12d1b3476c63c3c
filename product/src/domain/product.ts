import type { Product as PublishedProduct, ProductImage as PublishedImage, ProductStatus, Variant } from '@souk/contracts/http/product';
import type { Money } from '@souk/contracts/money';
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

/** The product as published, in answers and in events. */
export function productRepresentation(product: Product): PublishedProduct {
  return {
    id: product.id,
    slug: product.slug,
    title: product.title,
    description: product.description,
    status: product.status,
    categoryIds: [...product.categoryIds],
    attributes: product.attributes,
    variants: [...product.variants],
    images: product.images.map((image, position) => imageRepresentation(product.id, image, position)),
    version: product.version,
    createdAt: new Date(product.createdAt).toISOString(),
    updatedAt: new Date(product.updatedAt).toISOString(),
  };
}

export function imageRepresentation(productId: string, image: ProductImage, position: number): PublishedImage {
  const { id, alt, width, height, contentType } = image;
  return { id, url: `/products/${productId}/images/${id}`, alt, position, width, height, contentType };
}

/** A price that a variant got with a version of its product; kept for ever. */
export interface PriceChange {
  readonly productId: string;
  readonly version: number;
  readonly sku: string;
  readonly price: Money;
  /** null: this is its first price */
  readonly previous: Money | null;
  /** epoch milliseconds */
  readonly at: number;
  readonly actor: string;
}
