import { reading } from '@souk/chassis/stores/mongodb/mongo-errors';
import type { Looked } from '@souk/chassis/web/paging';
import type { Collection, Document, Filter } from 'mongodb';
import type { ProductSort, SortPosition } from '../../domain/sort-position.ts';
import { type Along, type Found, isWhole, LED, type Lead, type ListIndexes, type Stretch } from '../bounded-list.ts';
import type { ProductFilter, ProductSlice } from '../product-store.ts';
import { gramTerm, type ProductDocument, productFromDocument, SEVERAL_VARIANTS } from './product-documents.ts';

/** Time limit of a query, kept by the server; without it the driver would stop waiting while the server went on. */
export const LIMIT = { maxTimeMS: 5000 } as const;

const ORDER = {
  title: { position: 'title', direction: 1 },
  price: { position: 'price', direction: 1 },
  '-price': { position: 'price', direction: -1 },
  newest: { position: 'newest', direction: -1 },
} as const satisfies Record<ProductSort, object>;

type Condition = Filter<ProductDocument>;

export function mongoProductLists(products: Collection<ProductDocument>): ListIndexes {
  const frequent = latelyFrequent();
  return {
    findsTogether: false,
    follow: (lead) =>
      reading(async () => {
        // SKUs are not counted: a request names a hundred at most, and each belongs to one product.
        if (lead.kind === 'words' && lead.words.some(frequent.has)) return undefined;
        if (lead.kind !== 'skus' && (await countedUp(products, lead)) > LED) {
          if (lead.kind === 'words') lead.words.forEach(frequent.add);
          return undefined;
        }
        return {
          among: (filter, slice) => reading(async () => ({ rows: await products.aggregate<Found>(...amongThese(lead, filter, slice)).toArray() })),
        };
      }),
    along: (place, filter, slice) =>
      reading(async () => {
        if (place.stretch.spread === true) return alongDiffering(products, place, filter, slice);
        const rows = await products.aggregate<Found>(...alongThese(place, filter, slice)).toArray();
        if (rows.length === slice.limit || isWhole(filter, place.stretch)) return { rows };
        const { filter: all, options } = stretched(place, slice);
        const position = `positions.${ORDER[slice.sort].position}`;
        const last = await products.findOne<Document>(all, { ...options, skip: place.looks - 1, projection: { _id: 0, [position]: 1 } });
        return { rows, reached: last?.['positions'][ORDER[slice.sort].position] };
      }),
    byIds: (ids) =>
      reading(async () => (await products.find({ _id: { $in: [...ids] } }, LIMIT).toArray()).map(productFromDocument)),
  };
}

/** Number of entries of a lead, counted up to one more than may be examined. */
async function countedUp(products: Collection<ProductDocument>, lead: Lead): Promise<number> {
  const limit = LED + 1;
  // Counts without reading a document: at least those products match that have their lowest price there.
  if (lead.kind === 'prices') {
    const options = { ...LIMIT, limit, hint: 'by_price' };
    if ((await products.countDocuments({ status: 'active', 'positions.price': pricesWithin(lead) }, options)) === limit) return limit;
  }
  const { filter, hint } = leadingTo(lead);
  return products.countDocuments(filter, { ...LIMIT, limit, ...(hint !== undefined && { hint }) });
}

function amongThese(lead: Lead, filter: ProductFilter, slice: ProductSlice): [Document[], object] {
  const { direction } = ORDER[slice.sort];
  const { filter: led, hint } = leadingTo(lead);
  const conditions = [led, ...(filter.onlyActive ? [{ status: 'active' } as Condition] : []), ...behind(slice), ...conditionsOf(filter, {})];
  const stages = [
    { $match: { $and: conditions } },
    { $limit: 2 * LED },
    { $project: foundAt(slice) },
    { $sort: { key: direction, id: direction } },
    { $limit: slice.limit },
  ];
  return [stages, { ...LIMIT, ...(hint !== undefined && { hint }) }];
}

/** The limit stands before the conditions without an index, so no more is read, whatever matches. */
function alongThese(place: Along, filter: ProductFilter, slice: ProductSlice): [Document[], object] {
  const { filter: all, options } = stretched(place, slice);
  const sifted = [...conditionsOf(filter, place.stretch)];
  const stages = [
    { $match: all },
    { $sort: options.sort },
    ...(sifted.length === 0 ? [] : [{ $limit: place.looks }, { $match: { $and: sifted } }]),
    { $limit: slice.limit },
    { $project: foundAt(slice) },
  ];
  return [stages, { ...LIMIT, hint: options.hint }];
}

/** Reads each product once, for the matches and for the last one examined, which the index alone does not tell when prices may differ. */
async function alongDiffering(products: Collection<ProductDocument>, place: Along, filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>> {
  const { filter: all, options } = stretched(place, slice);
  const { position } = ORDER[slice.sort];
  const rows = [{ $match: { $and: [...conditionsOf(filter, place.stretch)] } }, { $limit: slice.limit }, { $project: foundAt(slice) }];
  const reached = [{ $skip: place.looks - 1 }, { $replaceRoot: { newRoot: `$positions.${position}` } }];
  const stages = [{ $match: all }, { $sort: options.sort }, { $limit: place.looks }, { $facet: { rows, reached } }];
  const [found] = await products.aggregate<{ rows: Found[]; reached: SortPosition[] }>(stages, { ...LIMIT, hint: options.hint }).toArray();
  if (found === undefined || found.rows.length === slice.limit) return { rows: found?.rows ?? [] };
  return { rows: found.rows, reached: found.reached[0] };
}

function stretched({ status, categoryId, stretch: { least, most, spread } }: Along, slice: Omit<ProductSlice, 'limit'>) {
  const { position, direction } = ORDER[slice.sort];
  const conditions: Document[] = [{ status }, ...(categoryId === undefined ? [] : [{ categoryIds: categoryId }]), ...behind(slice)];
  // null: written by an earlier version, so it has to be examined. The server merges both values in order.
  if (spread === true) conditions.push({ ...SEVERAL_VARIANTS, pricesDiffer: { $in: [true, null] } });
  if (least !== undefined || most !== undefined) conditions.push({ 'positions.price': pricesWithin({ least, most }) });
  const options = { ...LIMIT, sort: { [`positions.${position}`]: direction }, hint: `by_${categoryId === undefined ? '' : 'category_'}${spread === true ? 'difference' : position}` };
  return { filter: { $and: conditions } as Condition, options };
}

/** A range of lowest prices, inclusive. Documents are compared field by field, in the field order of `ProductDocument`. */
function pricesWithin({ least, most }: { readonly least?: number | undefined; readonly most?: number | undefined }) {
  return { ...(least !== undefined && { $gte: { key: least } }), ...(most !== undefined && { $lt: { key: most + 1 } }) };
}

function behind({ sort, after }: Omit<ProductSlice, 'limit'>): Condition[] {
  if (after === undefined) return [];
  const { position, direction } = ORDER[sort];
  const { key, id } = after;
  return [{ [`positions.${position}`]: { [direction === 1 ? '$gt' : '$lt']: { key, id } } }];
}

function foundAt({ sort }: Omit<ProductSlice, 'limit'>): Document {
  const { position } = ORDER[sort];
  return { _id: 0, id: '$_id', key: `$positions.${position}.key`, size: { $bsonSize: '$$ROOT' } };
}

function leadingTo(lead: Lead): { readonly filter: Condition; readonly hint?: string } {
  switch (lead.kind) {
    case 'skus':
      return { filter: { 'variants.sku': { $in: [...lead.skus] } }, hint: 'by_sku' };
    case 'categories':
      return { filter: { categoryIds: { $in: [...lead.categoryIds] } }, hint: 'by_category' };
    case 'prices':
      return { filter: { variants: { $elemMatch: { 'price.amount': { $gte: lead.least, $lte: lead.most } } } }, hint: 'by_amount' };
    case 'words':
      return { filter: { $text: { $search: lead.words.map(gramTerm).join(' ') } } };
    default:
      return lead satisfies never;
  }
}

/** The conditions that no index of the list covers. */
function* conditionsOf({ words, categoryIds, minPrice, maxPrice }: ProductFilter, stretch: Stretch): Iterable<Condition> {
  // Not a pattern, so no character of a word is special. By bytes, because that finds the same in half the time.
  for (const word of words) yield { $expr: { $gte: [{ $indexOfBytes: ['$searchText', { $literal: word }] }, 0] } };
  if (categoryIds !== undefined) yield { categoryIds: { $in: [...categoryIds] } };
  if ((minPrice ?? maxPrice) === undefined || (stretch.least !== undefined && stretch.spread !== true)) return;
  const within = { $gte: minPrice ?? 0, $lte: maxPrice ?? Number.MAX_SAFE_INTEGER };
  yield { variants: { $elemMatch: { 'price.amount': within } } };
}

/** Time for which a piece counts as frequent before its products are counted again. */
const FOR_MS = 60_000;

/** Pieces that are remembered at most; the oldest are forgotten first. */
const REMEMBERED = 2000;

export interface LatelyFrequent {
  has(piece: string): boolean;
  add(piece: string): void;
}

/**
 * Remembers pieces of words that led to too many products a moment ago. Counting costs a look at each product, and shops are
 * asked for the same words again and again. A piece that becomes rare leads again a minute later; until then the list is walked.
 */
export function latelyFrequent(now: () => number = () => performance.now()): LatelyFrequent {
  const until = new Map<string, number>();
  return {
    has: (piece) => (until.get(piece) ?? -Infinity) > now(),
    add(piece) {
      until.delete(piece);
      until.set(piece, now() + FOR_MS);
      const [oldest] = until.keys();
      if (until.size > REMEMBERED && oldest !== undefined) until.delete(oldest);
    },
  };
}
