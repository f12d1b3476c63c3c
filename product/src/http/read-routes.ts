import { entityTag } from '@souk/chassis/web/app/conditional-requests';
import { router } from '@souk/chassis/web/app/router';
import { Product as PublishedProduct, ProductPage, ProductQuery } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { Product } from '../domain/product.ts';
import { productRepresentation } from '../domain/product-representation.ts';
import type { ProductReads } from '../storage/product-store.ts';
import { productPage } from './product-page.ts';
import { isStaff, visible } from './visible.ts';

/** Routes that read the catalogue: everybody sees active products, only staff sees the others. */
export function readRoutes(reads: ProductReads) {
  return router()
    .get('/products', ({ query, principal }) => productPage(reads, query, !isStaff(principal)), {
      maybeSignedIn: true,
      query: ProductQuery,
      response: { 200: ProductPage },
      detail: { summary: 'Products, by title unless sorted otherwise' },
    })
    .get('/products/:id', async ({ params, principal, set }) => {
      return shown(visible(await reads.byId(params.id), principal), set.headers);
    }, {
      maybeSignedIn: true,
      params: Type.Object({ id: Uuid }),
      response: { 200: PublishedProduct },
      detail: { summary: 'One product' },
    })
    .get('/products/by-slug/:slug', async ({ params, principal, set }) => {
      return shown(visible(await reads.bySlug(params.slug), principal), set.headers);
    }, {
      maybeSignedIn: true,
      params: Type.Object({ slug: Type.String() }),
      response: { 200: PublishedProduct },
      detail: { summary: 'One product by the name in its address' },
    });
}

function shown(product: Product, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(product.version);
  return productRepresentation(product);
}
