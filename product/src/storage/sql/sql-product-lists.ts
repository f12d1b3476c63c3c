import { setImmediate } from 'node:timers/promises';
import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import type { Looked } from '@souk/chassis/web/paging';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { ProductSort, SortPosition } from '../../domain/sort-position.ts';
import { type Along, type Found, isWhole, LED, type Lead, type ListIndexes, SIFTED, type Stretch, type Trail } from '../bounded-list.ts';
import type { ProductFilter, ProductSlice } from '../product-store.ts';
import { productFromRow, type ProductSchema } from './product-rows.ts';

const ORDER = {
  title: { column: 'title_key', direction: 'asc' },
  price: { column: 'lowest_price', direction: 'asc' },
  '-price': { column: 'lowest_price', direction: 'desc' },
  newest: { column: 'created_at', direction: 'desc' },
} as const satisfies Record<ProductSort, object>;

/** SQLite takes the length from the row's header, without reading the document. */
const SIZE = sql<number>`octet_length(document)`;

/** Products that words may lead to: each has its sort columns in one row, which is found directly by its number. */
const LED_BY_WORDS = 6000;

/** Numbers of products that are searched for words before other requests have their turn. */
const NUMBERS = 150_000;

/** Whole texts that are examined before other requests have their turn. */
const TEXTS = 500;

/** Texts in the first batch: few, because most products with the prefixes of the words have the words. */
const FEW_TEXTS = 64;

/** Index entries that are skipped at the cost of examining one product. */
const ENTRIES = 20;

/** The same when the prices between the lowest and the highest are looked up for some entries. */
const CHECKED_ENTRIES = 6;

/** The same when the index entry of a category leads to its row in `category_places`, which has the prices. */
const PLACED_ENTRIES = 3;

/** A lead whose entries can be counted before they are followed. */
type CountedLead = Exclude<Lead, { kind: 'words' }>;

type Places = 'products' | 'category_places' | 'text_places';

/** The table that is walked. `category_places` has its columns under the same names as `products`. */
function placesOf(categoryId: string | undefined): 'products' {
  const places: Places = categoryId === undefined ? 'products' : 'category_places';
  return places as 'products';
}

export function sqlProductLists(reader: Kysely<ProductSchema>, dialect: Dialect): ListIndexes {
  /**
   * Sets one bound on each side of the index: with two, SQLite may begin at the looser one, and skip all entries between them.
   * `last` lies in the stretch.
   */
  function stretched({ status, categoryId, stretch: { least, most, spread } }: Along, { sort, after }: Omit<ProductSlice, 'limit'>, last?: SortPosition) {
    const { column, direction } = ORDER[sort];
    const isAscending = direction === 'asc';
    const begin = isAscending ? least : most;
    // Only lists by price have stretches, and their keys are numbers.
    const isWithin = after !== undefined && (begin === undefined || (isAscending ? Number(after.key) >= begin : Number(after.key) <= begin));
    const place = placesOf(categoryId);
    let query = reader.selectFrom(place).where(`${place}.status`, '=', status);
    if (categoryId !== undefined) query = query.where(sql<SqlBool>`category_id = ${categoryId}`);
    if (spread === true) query = query.where(`${place}.spread_to`, 'is not', null);
    if (least !== undefined && !(isAscending ? isWithin : last)) query = query.where(`${place}.lowest_price`, '>=', least);
    if (most !== undefined && !(isAscending ? last : isWithin)) query = query.where(`${place}.lowest_price`, '<=', most);
    if (isWithin) query = query.where(behind(sort, after, place));
    if (last !== undefined) query = query.where(upTo(sort, last, place));
    return query.orderBy(`${place}.${column}`, direction).orderBy(`${place}.id`, direction);
  }

  return {
    findsTogether: true,
    async follow(lead) {
      if (lead.kind === 'words') return trailOf(lead.words);
      if (lead.kind !== 'skus' && (await countedUp(lead)) > LED) return undefined;
      return { among: async (filter, slice) => ({ rows: await among(lead, filter, slice) }) };
    },
    async along(along, filter, slice) {
      const { categoryId, stretch, looks } = along;
      const place = placesOf(categoryId);
      const key = sql<string | number>`${sql.ref(`${place}.${ORDER[slice.sort].column}`)}`.as('key');
      const all = stretched(along, slice);
      const nth = (entries: typeof all, n: number) => entries.select(`${place}.id`).select(key).limit(1).offset(n - 1).executeTakeFirst();
      const priced = pricesMeet(filter, stretch, place);
      const farthest = isWhole(filter, stretch) ? undefined : await nth(all, looks * entriesOf(filter, along));
      // Entries include their prices: at most `looks` products are examined, however many entries are skipped on the way.
      const last = priced === undefined ? farthest : ((await nth(stretched(along, slice, farthest).where(priced), looks)) ?? farthest);
      let query = stretched(along, slice, last).select(`${place}.id`).select(key).select(SIZE.as('size'));
      if (priced !== undefined) query = query.where(priced);
      if (categoryId !== undefined) query = query.crossJoin('products as listed').whereRef('listed.id', '=', `${place}.id`);
      for (const condition of conditionsOf(filter, stretch, place)) query = query.where(condition);
      const rows: readonly Found[] = await query.limit(slice.limit).execute();
      return { rows, reached: rows.length < slice.limit ? last : undefined };
    },
    async byIds(ids) {
      return (await reader.selectFrom('products').select('document').where(dialect.in('id', ids)).execute()).map(productFromRow);
    },
  };

  async function countedUp(lead: CountedLead): Promise<number> {
    const some = sql`select 1 from (${leadingTo(dialect, lead)} limit ${LED + 1})`;
    const { rows } = await sql<{ n: number }>`select count(*) as n from (${some})`.execute(reader);
    return rows[0]?.n ?? 0;
  }

  function among(lead: CountedLead, filter: ProductFilter, { sort, after, limit }: ProductSlice): Promise<readonly Found[]> {
    const { column, direction } = ORDER[sort];
    const from = sql<{ product_id: string }>`(select distinct product_id from (${leadingTo(dialect, lead)} limit ${2 * LED}))`;
    // Forces this join order and no other index: one in the order of the list would be walked from end to end.
    let query = reader.selectFrom(from.as('leading')).crossJoin('products').whereRef('products.id', '=', 'leading.product_id');
    if (filter.onlyActive) query = query.where(sql<SqlBool>`+status = 'active'`);
    if (after !== undefined) query = query.where(behind(sort, after, 'products', '+'));
    for (const condition of conditionsOf(filter, {}, 'products')) query = query.where(condition);
    const ordered = query.select(['products.id', `${column} as key`]).select(SIZE.as('size'));
    return ordered.orderBy(sql`+${sql.ref(column)}`, direction).orderBy('products.id', direction).limit(limit).execute();
  }

  /** Searches the newest products first: words that most products have soon turn out to match too many. */
  async function trailOf(words: readonly string[]): Promise<Trail | undefined> {
    const numbers: number[] = [];
    const phrase = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ');
    let to = (await sql<{ last: number | null }>`select max(number) as last from product_texts`.execute(reader)).rows[0]?.last ?? 0;
    for (; to > 0; to -= NUMBERS) {
      const { rows } = await sql<{ rowid: number }>`select rowid from product_search where product_search match ${phrase}
        and rowid > ${to - NUMBERS} and rowid <= ${to} limit ${LED_BY_WORDS + 1 - numbers.length}`.execute(reader);
      for (const { rowid } of rows) numbers.push(rowid);
      if (numbers.length > LED_BY_WORDS) return undefined;
      await setImmediate();
    }
    return { among: (filter, slice) => amongNumbers(numbers, { ...filter, words: filter.words.filter((word) => !words.includes(word)) }, slice) };
  }

  /** Sorts by the sort columns alone; only then reads texts, and only of products in which words are still to be found. */
  async function amongNumbers(numbers: readonly number[], { words, ...rest }: ProductFilter, slice: ProductSlice): Promise<Looked<Found, SortPosition>> {
    const sifted = words.length === 0 ? slice.limit : SIFTED;
    const inOrder = await numbered(numbers, { ...rest, words: [] }, { ...slice, limit: sifted });
    const rows: Found[] = [];
    for (let from = 0; from < inOrder.length && rows.length < slice.limit; ) {
      const some = inOrder.slice(from, from + (from === 0 ? FEW_TEXTS : TEXTS));
      from += some.length;
      let query = reader.selectFrom('products').select('id').select(SIZE.as('size')).where(dialect.in('id', some.map(({ id }) => id)));
      for (const word of words) query = query.where(has(word));
      const sizes = new Map((await query.execute()).map(({ id, size }) => [id, size]));
      rows.push(...some.flatMap(({ id, key }) => (sizes.has(id) ? [{ id, key, size: sizes.get(id) ?? 0 }] : [])));
      await setImmediate();
    }
    const isCut = words.length > 0 && rows.length < slice.limit && inOrder.length === sifted;
    return { rows: rows.slice(0, slice.limit), reached: isCut ? inOrder.at(-1) : undefined };
  }

  function numbered(numbers: readonly number[], filter: ProductFilter, { sort, after, limit }: ProductSlice): Promise<readonly SortPosition[]> {
    const { column, direction } = ORDER[sort];
    const place = 'text_places' as 'products';
    const from = sql<{ value: number }>`(select value from json_each(${JSON.stringify(numbers)}))`;
    let query = reader.selectFrom(from.as('leading')).crossJoin(place).where(sql<SqlBool>`number = leading.value`);
    if (filter.onlyActive) query = query.where('status', '=', 'active');
    if (after !== undefined) query = query.where(behind(sort, after, place));
    const priced = pricesMeet(filter, {}, place);
    if (priced !== undefined) query = query.where(priced);
    for (const condition of conditionsOf(filter, {}, place)) query = query.where(condition);
    return query.select(['text_places.id' as 'products.id', `${column} as key`]).orderBy(column, direction).orderBy('id', direction).limit(limit).execute();
  }

  function behind(sort: ProductSort, { key, id }: SortPosition, place: Places, unindexed = ''): RawBuilder<SqlBool> {
    const { column, direction } = ORDER[sort];
    return sql<SqlBool>`(${sql.raw(unindexed)}${sql.ref(`${place}.${column}`)}, ${sql.ref(`${place}.id`)}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${key}, ${id})`;
  }

  function upTo(sort: ProductSort, { key, id }: SortPosition, place: Places): RawBuilder<SqlBool> {
    const { column, direction } = ORDER[sort];
    return sql<SqlBool>`(${sql.ref(`${place}.${column}`)}, ${sql.ref(`${place}.id`)}) ${sql.raw(direction === 'asc' ? '<=' : '>=')} (${key}, ${id})`;
  }
}

/** Selects the product ids of a lead, one for each index entry. */
function leadingTo(dialect: Dialect, lead: CountedLead): RawBuilder<unknown> {
  switch (lead.kind) {
    case 'skus':
      return sql`select product_id from product_skus where ${dialect.in('sku', lead.skus)}`;
    case 'categories':
      return sql`select product_id from product_categories where ${dialect.in('category_id', lead.categoryIds)}`;
    case 'prices':
      return sql`select product_id from product_skus where amount between ${lead.least} and ${lead.most}`;
    default:
      return lead satisfies never;
  }
}

function has(word: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`instr(search_text, ${word}) > 0`;
}

/** The conditions that no index of the list covers. A word is searched for literally, anywhere in the text. */
function* conditionsOf({ words, categoryIds, minPrice, maxPrice }: ProductFilter, stretch: Stretch, place: Places): Iterable<RawBuilder<SqlBool>> {
  const id = sql.ref(`${place}.id`);
  for (const word of words) yield has(word);
  if (categoryIds !== undefined) {
    const wanted = sql`select value from json_each(${JSON.stringify(categoryIds)})`;
    yield sql<SqlBool>`exists (select 1 from product_categories where product_id = ${id} and +category_id in (${wanted}))`;
  }
  const [least, most] = [minPrice ?? 0, maxPrice ?? Number.MAX_SAFE_INTEGER];
  if ((minPrice ?? maxPrice) === undefined || (stretch.least !== undefined && stretch.spread !== true)) return;
  if (stretch.spread === true) yield sql<SqlBool>`${sql.ref(`${place}.spread_to`)} >= ${least}`;
  if (stretch.spread === true && maxPrice === undefined) return;
  yield sql<SqlBool>`exists (select 1 from product_skus where product_id = ${id} and amount between ${least} and ${most})`;
}

/**
 * Condition that a price may lie within the limits, judged by the lowest and the highest alone, which the indexes of all orders have.
 * The plus signs keep SQLite from using an index by price, whose products it would have to sort.
 */
function pricesMeet({ minPrice, maxPrice }: ProductFilter, stretch: Stretch, place: Places): RawBuilder<SqlBool> | undefined {
  if ((minPrice ?? maxPrice) === undefined || stretch.least !== undefined || stretch.spread === true) return undefined;
  const [lowest, highest] = [sql.ref(`${place}.lowest_price`), sql.ref(`${place}.spread_to`)];
  return sql<SqlBool>`+${lowest} <= ${maxPrice ?? Number.MAX_SAFE_INTEGER} and coalesce(${highest}, ${lowest}) >= ${minPrice ?? 0}`;
}

/** Index entries that cost as much as examining one product: with prices, they decide for most products, or all, if they match. */
function entriesOf(filter: ProductFilter, { categoryId, stretch }: Along): number {
  const { words, categoryIds, maxPrice } = filter;
  if (pricesMeet(filter, stretch, 'products') !== undefined) return categoryId === undefined ? ENTRIES : PLACED_ENTRIES;
  if (stretch.spread !== true || words.length > 0 || categoryIds !== undefined) return 1;
  return maxPrice === undefined ? ENTRIES : CHECKED_ENTRIES;
}
