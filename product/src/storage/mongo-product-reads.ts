import { reading } from '@souk/chassis/mongodb/mongo-errors';
import { ProductStatus } from '@souk/contracts/http/product';
import type { Db, Filter, FindOptions } from 'mongodb';
import { EMPTY_TREE, TREE } from '../domain/category.ts';
import { gramsOf } from '../domain/search.ts';
import type { ProductSort } from '../domain/sort-position.ts';
import { type CategoryTreeDocument, treeFromDocument } from './category-documents.ts';
import { type ImageDocument, imageFromDocument } from './image-documents.ts';
import { type PriceDocument, priceFromDocument } from './price-documents.ts';
import type { ProductDocument } from './product-document.ts';
import { gramTerm, productFromDocument } from './product-documents.ts';
import type { PriceFilter, PriceSlice, ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

const ORDER = {
  title: { position: 'positions.title', direction: 1 },
  price: { position: 'positions.price', direction: 1 },
  '-price': { position: 'positions.price', direction: -1 },
  newest: { position: 'positions.newest', direction: -1 },
} as const satisfies Record<ProductSort, object>;

/** Said by name, the index gives each status in order and the lists are merged; unsaid, everything would be sorted. */
const EVERY_STATUS = ProductStatus.anyOf.map((status) => status.const);

/** The server ends what takes longer; without it the driver would stop waiting, and the server go on. */
const LIMIT = { maxTimeMS: 5000 } as const;

export function mongoProductReads(db: Db): ProductReads {
  const products = db.collection<ProductDocument>('products');
  const one = (filter: Filter<ProductDocument>) =>
    reading(async () => {
      const document = await products.findOne(filter, LIMIT);
      return document === null ? undefined : productFromDocument(document);
    });
  return {
    byId: (id) => one({ _id: id }),
    bySlug: (slug) => one({ slug }),
    list: (filter, slice) =>
      reading(async () => {
        const query = productListQuery(filter, slice);
        return (await products.find(query.filter, query.options).toArray()).map(productFromDocument);
      }),
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
    imageBytes: (id) =>
      reading(async () => {
        const document = await db.collection<ImageDocument>('imageBytes').findOne({ _id: id }, LIMIT);
        return document === null ? undefined : imageFromDocument(document);
      }),
  };
}

interface ProductListQuery {
  readonly filter: Filter<ProductDocument>;
  readonly options: FindOptions;
}

export function productListQuery(filter: ProductFilter, { sort, after, limit }: ProductSlice): ProductListQuery {
  const { position, direction } = ORDER[sort];
  const conditions = [...conditionsOf(filter)];
  if (after !== undefined) {
    const { key, id } = after;
    // Documents are compared field by field: in the order in which `ProductDocument` has them.
    conditions.push({ [position]: { [direction === 1 ? '$gt' : '$lt']: { key, id } } });
  }
  return { filter: { $and: conditions }, options: { ...LIMIT, sort: { [position]: direction }, limit } };
}

export function priceHistoryQuery({ productId, sku }: PriceFilter, { after, limit }: PriceSlice) {
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

type Condition = Filter<ProductDocument>;

function* conditionsOf({ onlyActive, words, skus, categoryIds, minPrice, maxPrice }: ProductFilter): Iterable<Condition> {
  yield { status: onlyActive ? 'active' : { $in: EVERY_STATUS } };
  const gram = leadingGram(words);
  if (gram !== undefined) yield { $text: { $search: gramTerm(gram) } };
  // Not a pattern, so nothing in a word means anything. Bytes, because they find the same in half the time.
  for (const word of words) yield { $expr: { $gte: [{ $indexOfBytes: ['$searchText', { $literal: word }] }, 0] } };
  if (skus !== undefined) yield { 'variants.sku': { $in: [...skus] } };
  if (categoryIds !== undefined) yield { categoryIds: { $in: [...categoryIds] } };
  if (minPrice !== undefined || maxPrice !== undefined) {
    const within = { $gte: minPrice ?? 0, $lte: maxPrice ?? Number.MAX_SAFE_INTEGER };
    yield { variants: { $elemMatch: { 'price.amount': within } } };
  }
}

/**
 * One piece of the longest word leads to the products that can match (the index would unite several instead of
 * intersecting them); what matches is decided by the words themselves. undefined: they are all too short for the index.
 */
function leadingGram(words: readonly string[]): string | undefined {
  const [longest = []] = words.map(gramsOf).toSorted((a, b) => b.length - a.length);
  return longest[0];
}
