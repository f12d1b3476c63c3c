import { collectionStep, type MongoMigrations } from '@souk/chassis/stores/mongodb/migrations';
import type { IndexDescription } from 'mongodb';
import { SEVERAL_VARIANTS } from './several-variants.ts';
import { CategoryTreeDocument, CategoryUseDocument } from './category-documents.ts';
import { foldMongoAnew } from './fold-anew.ts';
import { completeMongoPrices } from './price-backfill.ts';
import { PriceDocument } from './price-documents.ts';
import { ProductDocument } from './product-document.ts';
import { comparePrices, completeProducts } from './search-backfill.ts';

/** Status comes first: archived products pile up over the years, and lists of active products never touch them. */
function sortedBy(position: keyof ProductDocument['positions']): IndexDescription {
  return { name: `by_${position}`, key: { status: 1, [`positions.${position}`]: 1 } };
}

function inCategories(name: string, key: Readonly<Record<string, 1>>): IndexDescription {
  return { name: `by_category_${name}`, key: { categoryIds: 1, ...key } };
}

export const mongoProductMigrations: MongoMigrations = {
  'product-001-products': collectionStep('products', ProductDocument, [
    { name: 'by_slug', key: { slug: 1 }, unique: true },
    // Keeps a SKU out of all other products. The domain keeps it from occurring twice in one product (`doubledSkus`).
    { name: 'by_sku', key: { 'variants.sku': 1 }, unique: true },
    sortedBy('title'),
    sortedBy('price'),
    sortedBy('newest'),
  ]),
  'product-002-categories': collectionStep('categoryTrees', CategoryTreeDocument),
  'product-003-category-use': collectionStep('categoryUse', CategoryUseDocument),
  'product-004-price-changes': collectionStep('priceChanges', PriceDocument, [
    { name: 'by_product', key: { productId: 1, version: -1, sku: -1 } },
  ]),
  // No schema: a validator has no type for bytes, and would go over five million of them.
  'product-005-image-bytes': collectionStep('imageBytes', null),
  'product-006-products-found': async (db) => {
    await collectionStep('products', ProductDocument, [
      { name: 'by_category', key: { categoryIds: 1 } },
      // 'none': no stemming and no stop words of any language; `search.ts` defines words, for every engine alike.
      { name: 'by_words', key: { searchGrams: 'text' }, default_language: 'none' },
    ])(db);
    await completeProducts(db);
  },
  'product-007-prices-of-before': completeMongoPrices,
  'product-008-folded-anew': foldMongoAnew,
  'product-009-lists': collectionStep('products', ProductDocument, [{ name: 'by_amount', key: { 'variants.price.amount': 1 } }]),
  'product-010-prices-by-sku': collectionStep('priceChanges', PriceDocument, [
    { name: 'by_sku', key: { productId: 1, sku: 1, version: -1 } },
  ]),
  'product-011-image-parts': collectionStep('imageParts', null),
  'product-012-prices-differ': async (db) => {
    await collectionStep('products', ProductDocument, [
      { name: 'by_difference', key: { status: 1, pricesDiffer: 1, 'positions.price': 1 }, partialFilterExpression: SEVERAL_VARIANTS },
    ])(db);
    await comparePrices(db);
  },
  'product-013-categories-in-order': collectionStep('products', ProductDocument, [
    inCategories('title', { status: 1, 'positions.title': 1 }),
    inCategories('price', { status: 1, 'positions.price': 1 }),
    inCategories('newest', { status: 1, 'positions.newest': 1 }),
    { ...inCategories('difference', { status: 1, pricesDiffer: 1, 'positions.price': 1 }), partialFilterExpression: SEVERAL_VARIANTS },
  ]),
};
