import { collectionStep } from '@souk/chassis/mongodb/collection-step';
import type { MongoMigrations } from '@souk/chassis/mongodb/mongo-migrate';
import type { IndexDescription } from 'mongodb';
import { ProductDocument } from './product-document.ts';

/** By status first: what was archived piles up over the years, and the lists of active products never step on it. */
function sortedBy(position: keyof ProductDocument['positions']): IndexDescription {
  return { name: `by_${position}`, key: { status: 1, [`positions.${position}`]: 1 } };
}

export const mongoProductMigrations: MongoMigrations = {
  'product-001-products': collectionStep('products', ProductDocument, [
    { name: 'by_slug', key: { slug: 1 }, unique: true },
    // Keeps a SKU out of all other products. That it stands in one product once is the domain's matter (`doubledSkus`).
    { name: 'by_sku', key: { 'variants.sku': 1 }, unique: true },
    sortedBy('title'),
    sortedBy('price'),
    sortedBy('newest'),
  ]),
};
