import { collectionStep, type MongoMigrations } from '@souk/chassis/stores/mongodb/migrations';
import type { EventDocument } from '@souk/chassis/stores/mongodb/chassis-collections';
import type { AnyBulkWriteOperation, Collection, Db, IndexDescription } from 'mongodb';
import { pricesTold } from '../../domain/change-product.ts';
import {
  CategoryTreeDocument,
  CategoryUseDocument,
  PriceDocument,
  priceToDocument,
  ProductDocument,
  productFromDocument,
  productToDocument,
  searchGrams,
  SEVERAL_VARIANTS,
} from './product-documents.ts';

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
  'product-007-prices-of-before': completePrices,
  'product-008-folded-anew': foldAnew,
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

/** Status comes first: archived products pile up over the years, and lists of active products never touch them. */
function sortedBy(position: keyof ProductDocument['positions']): IndexDescription {
  return { name: `by_${position}`, key: { status: 1, [`positions.${position}`]: 1 } };
}

function inCategories(name: string, key: Readonly<Record<string, 1>>): IndexDescription {
  return { name: `by_category_${name}`, key: { categoryIds: 1, ...key } };
}

/** Products per batch; fewer where each brings its events along. */
const AT_ONCE = 500;
const WITH_EVENTS_AT_ONCE = 100;

/**
 * Adds the fields for categories, images and the word index to products that are older than these. Continues where it was
 * interrupted, because it takes products that lack the fields.
 */
async function completeProducts(db: Db): Promise<void> {
  const products: Collection<ProductDocument> = db.collection('products');
  for (;;) {
    const without = await products
      .find({ searchGrams: { $exists: false } }, { projection: { searchText: 1 }, limit: AT_ONCE })
      .toArray();
    if (without.length === 0) return;
    const writes = without.map(
      ({ _id, searchText }): AnyBulkWriteOperation<ProductDocument> => ({
        updateOne: { filter: { _id }, update: { $set: { searchGrams: searchGrams(searchText), categoryIds: [], images: [] } } },
      }),
    );
    await products.bulkWrite(writes);
  }
}

/** Fills `pricesDiffer` in products with two variants or more that lack it. A change of a product in the meantime fills it as well. */
async function comparePrices(db: Db): Promise<void> {
  const amounts = '$variants.price.amount';
  const pricesDiffer = { $gt: [{ $max: amounts }, { $min: amounts }] };
  await db.collection('products').updateMany({ ...SEVERAL_VARIANTS, pricesDiffer: null }, [{ $set: { pricesDiffer } }]);
}

/** Fills the price history of products that are older than it, from their events. Existing entries stay as they are. */
async function completePrices(db: Db): Promise<void> {
  const order = { sort: { stream: 1, version: 1 } } as const;
  for (let after = ''; ; ) {
    const page = db.collection<ProductDocument>('products').find({ _id: { $gt: after } }, { projection: { _id: 1 }, sort: { _id: 1 } });
    const ids = (await page.limit(WITH_EVENTS_AT_ONCE).toArray()).map(({ _id }) => _id);
    if (ids.length === 0) return;
    const events = await db.collection<EventDocument>('events').find({ stream: { $in: ids }, published: true }, order).toArray();
    const writes = pricesTold(events).map((change): AnyBulkWriteOperation<PriceDocument> => {
      const { _id, ...rest } = priceToDocument(change);
      return { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } };
    });
    if (writes.length > 0) await db.collection<PriceDocument>('priceChanges').bulkWrite(writes);
    after = ids.at(-1) ?? after;
  }
}

/**
 * Recomputes the texts that products are searched and sorted by, as a schema step after each change of `folded`. It writes only
 * what differs, so it may be interrupted and start again. A change of a product in the meantime recomputes it as well.
 */
async function foldAnew(db: Db): Promise<void> {
  const products = db.collection<ProductDocument>('products');
  for (let after = ''; ; ) {
    const documents = await products.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: AT_ONCE }).toArray();
    const writes = documents.flatMap((document): AnyBulkWriteOperation<ProductDocument>[] => {
      const { _id, version, searchText, positions } = document;
      const anew = productToDocument(productFromDocument(document));
      if (anew.searchText === searchText && anew.positions.title.key === positions.title.key) return [];
      const changed = { searchText: anew.searchText, searchGrams: anew.searchGrams, 'positions.title': anew.positions.title };
      return [{ updateOne: { filter: { _id, version }, update: { $set: changed } } }];
    });
    if (writes.length > 0) await products.bulkWrite(writes);
    const { _id: last } = documents.at(-1) ?? {};
    if (last === undefined) return;
    after = last;
  }
}
