import { type MongoOptions, openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { reading } from '@souk/chassis/stores/mongodb/mongo-errors';
import { mongoServiceStore } from '@souk/chassis/stores/mongodb/mongo-service-store';
import type { Db, Filter, FindOptions } from 'mongodb';
import { EMPTY_TREE, TREE } from '../domain/category-tree.ts';
import { PART_BYTES, partId } from '../domain/product-image.ts';
import { boundedList } from './bounded-list.ts';
import { LIMIT, mongoProductLists } from './mongodb/mongo-product-lists.ts';
import { mongoProductMigrations } from './mongodb/mongo-product-migrations.ts';
import {
  type CategoryTreeDocument,
  type ImageDocument,
  type ImagePartDocument,
  type PriceDocument,
  priceFromDocument,
  type ProductDocument,
  productDocuments,
  productFromDocument,
  treeFromDocument,
} from './mongodb/product-documents.ts';
import type { PriceFilter, PriceSlice, ProductCollections, ProductReads, ProductStore } from './product-store.ts';

/** The catalogue in a database of a MongoDB replica set. Call `migrate()` before anything else. */
export function openMongoProductStore(options: MongoOptions): ProductStore {
  const database = openMongo(options);
  const store = mongoServiceStore<ProductCollections>(database, productDocuments, mongoProductMigrations);
  return { ...store, reads: mongoProductReads(database.db) };
}

function mongoProductReads(db: Db): ProductReads {
  const products = db.collection<ProductDocument>('products');
  const images = db.collection<ImageDocument>('imageBytes');
  const one = (filter: Filter<ProductDocument>) =>
    reading(async () => {
      const document = await products.findOne(filter, LIMIT);
      return document === null ? undefined : productFromDocument(document);
    });
  return {
    byId: (id) => one({ _id: id }),
    bySlug: (slug) => one({ slug }),
    list: boundedList(mongoProductLists(products)),
    categories: () =>
      reading(async () => {
        const document = await db.collection<CategoryTreeDocument>('categoryTrees').findOne({ _id: TREE }, LIMIT);
        return document === null ? EMPTY_TREE : treeFromDocument(document);
      }),
    priceHistory: (filter, slice) =>
      reading(async () => {
        const query = priceHistoryQuery(filter, slice);
        const found = await db.collection<PriceDocument>('priceChanges').find(query.filter, query.options).toArray();
        return found.map(priceFromDocument);
      }),
    imageSize: (id) =>
      reading(async () => {
        const projection = { size: { $ifNull: ['$size', { $binarySize: '$bytes' }] } };
        return (await images.findOne<{ size: number }>({ _id: id }, { ...LIMIT, projection }))?.size;
      }),
    imageSlice: (id, from, to) =>
      reading(async () => {
        const part = Math.floor(from / PART_BYTES);
        const found = await db.collection<ImagePartDocument>('imageParts').findOne({ _id: partId(id, part) }, LIMIT);
        const start = part * PART_BYTES;
        if (found !== null) return found.bytes.value().subarray(from - start, to - start);
        return (await images.findOne({ _id: id }, LIMIT))?.bytes.value().subarray(from, to) ?? new Uint8Array();
      }),
  };
}

function priceHistoryQuery({ productId, sku }: PriceFilter, { after, limit }: PriceSlice) {
  const filter: Filter<PriceDocument> = {
    productId,
    ...(sku !== undefined && { sku }),
    ...(after !== undefined && {
      $or: [{ version: { $lt: after.version } }, { version: after.version, sku: { ...(sku && { $eq: sku }), $lt: after.sku } }],
    }),
  };
  const options: FindOptions = { ...LIMIT, sort: { version: -1, sku: -1 }, limit };
  return { filter, options };
}
