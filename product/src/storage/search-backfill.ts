import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import { searchGrams } from './product-documents.ts';
import type { ProductDocument } from './product-document.ts';
import { SEVERAL_VARIANTS } from './several-variants.ts';

const AT_ONCE = 500;

/**
 * Adds the fields for categories, images and the word index to products that are older than these. Continues where it was
 * interrupted, because it takes products that lack the fields.
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

/** Fills `pricesDiffer` in products with two variants or more that lack it. A change of a product in the meantime fills it as well. */
export async function comparePrices(db: Db): Promise<void> {
  const amounts = '$variants.price.amount';
  const pricesDiffer = { $gt: [{ $max: amounts }, { $min: amounts }] };
  await db.collection('products').updateMany({ ...SEVERAL_VARIANTS, pricesDiffer: null }, [{ $set: { pricesDiffer } }]);
}
