import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import { productFromDocument, productToDocument, searchGrams } from './product-documents.ts';
import type { ProductDocument } from './product-document.ts';

const AT_ONCE = 500;

/**
 * Gives products from before there were categories, images and an index for words what they need for them. Goes on where
 * it was cut off, because it takes those that lack something.
 */
export async function completeProducts(db: Db): Promise<void> {
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

/** Products of before do not say how far their prices go. Who changes one meanwhile says so. */
export async function spreadMongoPrices(db: Db): Promise<void> {
  const products: Collection<ProductDocument> = db.collection('products');
  for (let after = ''; ; ) {
    const documents = await products.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: AT_ONCE }).toArray();
    const writes = documents.flatMap((document): AnyBulkWriteOperation<ProductDocument>[] => {
      const { spreadTo } = productToDocument(productFromDocument(document));
      const { _id, version } = document;
      return spreadTo === undefined ? [] : [{ updateOne: { filter: { _id, version }, update: { $set: { spreadTo } } } }];
    });
    if (writes.length > 0) await products.bulkWrite(writes);
    const { _id: last } = documents.at(-1) ?? {};
    if (last === undefined) return;
    after = last;
  }
}
