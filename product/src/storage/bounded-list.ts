import { setImmediate } from 'node:timers/promises';
import type { Looked } from '@souk/chassis/web/paging/looked';
import { CALL_ROOM, fitting } from '@souk/chassis/log/message-size';
import { ProductStatus } from '@souk/contracts/http/product';
import type { Product } from '../domain/product.ts';
import { leadingPieces, leadingWords } from '../domain/search.ts';
import { type SortPosition, standsBefore } from '../domain/sort-position.ts';
import type { ListedProduct, ProductFilter, ProductReads, ProductSlice } from './product-store.ts';

/**
 * Products that one part of a filter may lead to, so that all of them are looked at; with more a list is read in its order. On
 * either engine one costs about 10 us, on SQLite of the event loop.
 */
export const LED = 500;

/** Products of which whole documents are looked at for one request, at most, once they are in order. */
export const SIFTED = 1500;

/** Products that are looked at along the order of a list before others have their turn. */
const WINDOW = 500;

/** Windows that a request looks through, as long as its page is not full. */
const WINDOWS = 3;

/** Categories whose indexes are walked along together. More of them hold so much of a shop that the list is walked along whole. */
const CATEGORIES = 20;

/** A part of a filter that an index leads to. */
export type Lead =
  | { readonly kind: 'skus'; readonly skus: readonly string[] }
  /** all of which occur */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'categories'; readonly categoryIds: readonly string[] }
  | { readonly kind: 'prices'; readonly least: number; readonly most: number };

/** The stretch of an index that is read: all of it, or lowest prices from `least` to `most`, inclusive. `spread`: only products whose variants differ in price. */
export interface Stretch {
  readonly least?: number;
  readonly most?: number;
  readonly spread?: boolean;
}

/** An index over one status, or over the products of a status in one category, walked along. */
export interface Along {
  readonly status: ProductStatus;
  readonly categoryId?: string;
  readonly stretch: Stretch;
  readonly looks: number;
}

export interface Found extends SortPosition {
  /** bytes, more or less */
  readonly size: number;
}

/** Entries that one lead leads to, few enough for all of them to be sorted. */
export interface Trail {
  /** Those of them that match, in order. */
  among(filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>>;
}

/** The queries that lists need of an engine. Each looks at a bounded number of entries. */
export interface ListIndexes {
  /** True where the index for words finds products that have several, and looks at none that has only some of them. */
  readonly findsTogether: boolean;
  /** Finds all entries that a lead leads to, whatever their status; undefined: they are too many. */
  follow(lead: Lead): Promise<Trail | undefined>;
  /** Looks at the next `looks` entries in order, and answers those that match. */
  along(place: Along, filter: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>>;
  byIds(ids: readonly string[]): Promise<readonly Product[]>;
}

const EVERY_STATUS = ProductStatus.anyOf.map((status) => status.const);

/**
 * Lists products at a cost that grows neither with what matches nor with what does not. Where a part of the filter leads to few
 * products, all of those are looked at and sorted. Else every part matches many, so the list is read in its order until the
 * page is full or enough was looked at.
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

/** The indexes that are walked along, merged, and what they leave of the filter. */
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
      // SQLite answers on the event loop.
      await setImmediate();
    }
  }
  return { rows };
}

/**
 * Sorted by price, every product matches whose lowest price is within the limits. A product with a lower one matches only if it
 * has dearer variants, and hardly any shop has many of these.
 */
function stretchesOf({ minPrice, maxPrice }: ProductFilter, { sort }: ProductSlice): readonly Stretch[] {
  if ((sort !== 'price' && sort !== '-price') || (minPrice ?? maxPrice) === undefined) return [{}];
  const within: Stretch = { least: minPrice ?? 0, ...(maxPrice !== undefined && { most: maxPrice }) };
  if (minPrice === undefined || minPrice === 0) return [within];
  const below: Stretch = { most: minPrice - 1, spread: true };
  return sort === 'price' ? [below, within] : [within, below];
}

/** One list of those of each status; it ends where one of them gave up looking. */
function merged(lists: readonly Looked<Found, SortPosition>[], { sort, limit }: ProductSlice): Looked<Found, SortPosition> {
  const isBefore = standsBefore(sort);
  const inOrder = (a: SortPosition, b: SortPosition) => (isBefore(a, b) ? -1 : Number(isBefore(b, a)));
  const [reached] = lists.flatMap((list) => list.reached ?? []).toSorted(inOrder);
  const all = lists.flatMap(({ rows }) => rows).toSorted(inOrder);
  // A product of two categories is found in both.
  const once = all.filter(({ id }, at) => id !== all[at - 1]?.id);
  const rows = once.filter((row) => reached === undefined || !isBefore(reached, row)).slice(0, limit);
  return { rows, reached: rows.length < limit ? reached : undefined };
}

/**
 * The products of as many of these as fit into memory together, each at the place where it was found: one that has changed since
 * stands elsewhere, and a page that went on from there would pass others over.
 */
async function withProducts({ byIds }: ListIndexes, { onlyActive }: ProductFilter, { rows, reached }: Looked<Found, SortPosition>): Promise<Looked<ListedProduct, SortPosition>> {
  const fit = rows.slice(0, fitting(rows, { count: rows.length, size: CALL_ROOM.size }, ({ size }) => size));
  const products = new Map((await byIds(fit.map(({ id }) => id))).map((product) => [product.id, product]));
  const found = fit.flatMap(({ key, id }) => {
    const product = products.get(id);
    // One that was hidden since is nobody's but staff's.
    return product === undefined || (onlyActive && product.status !== 'active') ? [] : [{ product, place: { key, id } }];
  });
  const last = fit.at(-1);
  return { rows: found, reached: found.length < rows.length && last !== undefined ? { key: last.key, id: last.id } : reached };
}

/** True when every entry of the stretch that has the status is in the list, so that none is looked at in vain. */
export function isWhole({ words, categoryIds, minPrice, maxPrice }: ProductFilter, stretch: Stretch): boolean {
  const isPriced = (minPrice ?? maxPrice) !== undefined && (stretch.least === undefined || stretch.spread === true);
  return words.length === 0 && categoryIds === undefined && !isPriced;
}
