import { setImmediate } from 'node:timers/promises';
import type { Looked } from '@souk/chassis/web/paging';
import { CALL_ROOM, fitting } from '@souk/chassis/log/message-limits';
import { ProductStatus } from '@souk/contracts/http/product';
import type { Product } from '../domain/product.ts';
import { leadingPieces, leadingWords } from '../domain/search.ts';
import { type SortPosition, standsBefore } from '../domain/sort-position.ts';
import type { ListedProduct, ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

/**
 * Products that one part of a filter may lead to for all of them to be examined; with more, a list is read in its order. One
 * costs about 10 us on either engine; on SQLite that is time of the event loop.
 */
export const LED = 500;

/** Products, already sorted, whose whole documents are examined for one request, at most. */
export const SIFTED = 1500;

/** Products that are examined in the order of a list before other requests have their turn. */
const WINDOW = 500;

/** Windows that a request examines at most, while its page is not full. */
const WINDOWS = 3;

/** Categories whose indexes are walked together. More of them hold so much of a shop that the whole list is walked instead. */
const CATEGORIES = 20;

/** A part of a filter whose products an index can find. */
export type Lead =
  | { readonly kind: 'skus'; readonly skus: readonly string[] }
  /** words that must all occur */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'categories'; readonly categoryIds: readonly string[] }
  | { readonly kind: 'prices'; readonly least: number; readonly most: number };

/**
 * The stretch of an index that is read: all of it, or the lowest prices from `least` to `most`, inclusive. `spread`: only
 * products whose variants differ in price.
 */
export interface Stretch {
  readonly least?: number;
  readonly most?: number;
  readonly spread?: boolean;
}

/** A walk along the index of one status, or of one status in one category. */
export interface Along {
  readonly status: ProductStatus;
  readonly categoryId?: string;
  readonly stretch: Stretch;
  readonly looks: number;
}

export interface Found extends SortPosition {
  /** approximate bytes */
  readonly size: number;
}

/** The entries of one lead, few enough for all of them to be sorted. */
export interface Trail {
  /** The entries that match the filter, in order. */
  among(filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>>;
}

/** The queries that an engine provides for lists. Each examines a bounded number of entries. */
export interface ListIndexes {
  /** True when the word index finds products with several words, without examining those that have only some of them. */
  readonly findsTogether: boolean;
  /** Finds all entries of a lead, whatever their status; undefined: there are too many. */
  follow(lead: Lead): Promise<Trail | undefined>;
  /** Examines the next `looks` entries in order, and returns those that match. */
  along(place: Along, filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>>;
  byIds(ids: readonly string[]): Promise<readonly Product[]>;
}

const EVERY_STATUS = ProductStatus.anyOf.map((status) => status.const);

/**
 * Lists products at a cost that does not grow with the number of products, matching or not. When a part of the filter leads to
 * few products, all of those are examined and sorted. Otherwise every part matches many, so the list is read in its order until
 * the page is full or enough products were examined.
 */
export function boundedList(indexes: ListIndexes): ProductReads['list'] {
  return async (filter, slice) => {
    const trail = await selectiveTrail(indexes, filter);
    if (trail !== undefined) return withProducts(indexes, filter, await trail.among(filter, slice));
    const { places, rest } = placesOf(filter);
    const looks = Math.floor(WINDOW / places.length);
    const lists = await Promise.all(places.map((place) => alongStretches(indexes, { ...place, looks }, rest, slice)));
    return withProducts(indexes, filter, merged(lists, slice));
  };
}

/** The indexes to walk, whose results are merged, and the rest of the filter, which they do not cover. */
function placesOf(filter: ProductFilter) {
  const statuses = filter.onlyActive ? (['active'] as const) : EVERY_STATUS;
  const { categoryIds } = filter;
  if (categoryIds === undefined || categoryIds.length > CATEGORIES) return { places: statuses.map((status) => ({ status })), rest: filter };
  const places = statuses.flatMap((status) => categoryIds.map((categoryId) => ({ status, categoryId })));
  return { places, rest: { ...filter, categoryIds: undefined } };
}

async function selectiveTrail(indexes: ListIndexes, filter: ProductFilter): Promise<Trail | undefined> {
  for (const lead of leadsOf(filter, indexes)) {
    const trail = await indexes.follow(lead);
    if (trail !== undefined) return trail;
  }
  return undefined;
}

function* leadsOf({ skus, words, categoryIds, minPrice, maxPrice }: ProductFilter, { findsTogether }: ListIndexes): Iterable<Lead> {
  if (skus !== undefined) yield { kind: 'skus', skus };
  const together = findsTogether ? leadingWords(words) : [];
  if (together.length > 0) yield { kind: 'words', words: together };
  if (!findsTogether) for (const piece of leadingPieces(words)) yield { kind: 'words', words: [piece] };
  if (categoryIds !== undefined) yield { kind: 'categories', categoryIds };
  if (minPrice !== undefined || maxPrice !== undefined) {
    yield { kind: 'prices', least: minPrice ?? 0, most: maxPrice ?? Number.MAX_SAFE_INTEGER };
  }
}

async function alongStretches(indexes: ListIndexes, place: Omit<Along, 'stretch'>, filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>> {
  const rows: Found[] = [];
  let windows = WINDOWS;
  for (const stretch of stretchesOf(filter, slice)) {
    for (let after = slice.after; ; ) {
      const found = await indexes.along({ ...place, stretch }, filter, { ...slice, after, limit: slice.limit - rows.length });
      rows.push(...found.rows);
      if (rows.length >= slice.limit) return { rows };
      if (found.reached === undefined) break;
      windows -= 1;
      if (windows === 0) return { rows, reached: found.reached };
      after = found.reached;
      // SQLite answers on the event loop, so others get a turn here.
      await setImmediate();
    }
  }
  return { rows };
}

/**
 * In a list by price, every product matches whose lowest price is within the limits. One with a lower price matches only if it
 * has dearer variants, and hardly any shop has many of these.
 */
function stretchesOf({ minPrice, maxPrice }: ProductFilter, { sort }: ProductSlice): readonly Stretch[] {
  if ((sort !== 'price' && sort !== '-price') || (minPrice ?? maxPrice) === undefined) return [{}];
  const within: Stretch = { least: minPrice ?? 0, ...(maxPrice !== undefined && { most: maxPrice }) };
  if (minPrice === undefined || minPrice === 0) return [within];
  const below: Stretch = { most: minPrice - 1, spread: true };
  return sort === 'price' ? [below, within] : [within, below];
}

/** Merges the lists of all places into one, which ends where the first of them stopped examining. */
function merged(lists: readonly Looked<Found, SortPosition>[], { sort, limit }: ProductSlice): Looked<Found, SortPosition> {
  const isBefore = standsBefore(sort);
  const inOrder = (a: SortPosition, b: SortPosition) => (isBefore(a, b) ? -1 : Number(isBefore(b, a)));
  const [reached] = lists.flatMap((list) => list.reached ?? []).toSorted(inOrder);
  const all = lists.flatMap(({ rows }) => rows).toSorted(inOrder);
  // A product in two categories is found twice.
  const once = all.filter(({ id }, at) => id !== all[at - 1]?.id);
  const rows = once.filter((row) => reached === undefined || !isBefore(reached, row)).slice(0, limit);
  return { rows, reached: rows.length < limit ? reached : undefined };
}

/**
 * Loads the products of these rows, as many as fit into memory together. Each keeps the position where it was found: a product
 * that has changed since has another one, and a page that continued from there would skip products.
 */
async function withProducts({ byIds }: ListIndexes, { onlyActive }: ProductFilter, { rows, reached }: Looked<Found, SortPosition>): Promise<Looked<ListedProduct, SortPosition>> {
  const fit = rows.slice(0, fitting(rows, { count: rows.length, size: CALL_ROOM.size }, ({ size }) => size));
  const products = new Map((await byIds(fit.map(({ id }) => id))).map((product) => [product.id, product]));
  const found = fit.flatMap(({ key, id }) => {
    const product = products.get(id);
    // Only staff may see a product that was hidden since.
    return product === undefined || (onlyActive && product.status !== 'active') ? [] : [{ product, place: { key, id } }];
  });
  const last = fit.at(-1);
  return { rows: found, reached: found.length < rows.length && last !== undefined ? { key: last.key, id: last.id } : reached };
}

/** True when every entry of the stretch that has the status is in the list, so that none is examined in vain. */
export function isWhole({ words, categoryIds, minPrice, maxPrice }: ProductFilter, stretch: Stretch): boolean {
  const isPriced = (minPrice ?? maxPrice) !== undefined && (stretch.least === undefined || stretch.spread === true);
  return words.length === 0 && categoryIds === undefined && !isPriced;
}
