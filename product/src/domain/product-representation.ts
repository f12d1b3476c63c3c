import type { Product as PublishedProduct, ProductImage as PublishedImage } from '@souk/contracts/http/product';
import type { Product } from './product.ts';
import type { ProductImage } from './product-image.ts';

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
