import { reading } from '@souk/chassis/mongodb/mongo-errors';
import { ProductStatus } from '@souk/contracts/http/product';
import type { Collection, Filter, FindOptions } from 'mongodb';
import type { ProductSort } from '../domain/sort-position.ts';
import type { ProductDocument } from './product-document.ts';
import { productFromDocument } from './product-documents.ts';
import type { ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

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

export function mongoProductReads(products: Collection<ProductDocument>): ProductReads {
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

type Condition = Filter<ProductDocument>;

function* conditionsOf({ onlyActive, words, skus, minPrice, maxPrice }: ProductFilter): Iterable<Condition> {
  yield { status: onlyActive ? 'active' : { $in: EVERY_STATUS } };
  // Not a pattern, so nothing in a word means anything. Bytes, because they find the same in half the time.
  for (const word of words) yield { $expr: { $gte: [{ $indexOfBytes: ['$searchText', { $literal: word }] }, 0] } };
  if (skus !== undefined) yield { 'variants.sku': { $in: [...skus] } };
  if (minPrice !== undefined || maxPrice !== undefined) {
    const within = { $gte: minPrice ?? 0, $lte: maxPrice ?? Number.MAX_SAFE_INTEGER };
    yield { variants: { $elemMatch: { 'price.amount': within } } };
  }
}
