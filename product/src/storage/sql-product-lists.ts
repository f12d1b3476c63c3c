import type { Flavour } from '@souk/chassis/sql/flavour';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { ProductSort, SortPosition } from '../domain/sort-position.ts';
import { type Along, type Found, isWhole, LED, type Lead, type ListIndexes, type Stretch } from './bounded-list.ts';
import { productFromRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';
import type { ProductFilter, ProductSlice } from './product-store.ts';

const ORDER = {
  title: { column: 'title_key', direction: 'asc' },
  price: { column: 'lowest_price', direction: 'asc' },
  '-price': { column: 'lowest_price', direction: 'desc' },
  newest: { column: 'created_at', direction: 'desc' },
} as const satisfies Record<ProductSort, object>;

/** SQLite takes the length from the row's head, and does not read the document. */
const SIZE = sql<number>`octet_length(document)`;

/** Entries of an index that are passed over for what looking at one product costs. */
const ENTRIES = 20;

/** The same, where the prices between the lowest and the highest are looked up for some. */
const CHECKED_ENTRIES = 6;

type Places = 'products' | 'category_places';

/** The table that is walked along: what a category has of the columns of products has the names that they have there. */
function placesOf(categoryId: string | undefined): 'products' {
  const places: Places = categoryId === undefined ? 'products' : 'category_places';
  return places as 'products';
}

export function sqlProductLists(reader: Kysely<ProductSchema>, flavour: Flavour): ListIndexes {
  /**
   * Each side of the index has one bound: with two, SQLite may begin at the looser one, and pass over all that lies between them.
   * `last` lies in the stretch.
   */
  function stretched({ status, categoryId, stretch: { least, most, spread } }: Along, { sort, after }: Omit<ProductSlice, 'limit'>, last?: SortPosition) {
    const { column, direction } = ORDER[sort];
    const isAscending = direction === 'asc';
    const begin = isAscending ? least : most;
    // Stretches are of prices, whose keys are numbers.
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
    async count(lead, limit) {
      const some = sql`select 1 from (${leadingTo(flavour, lead)} limit ${limit})`;
      const { rows } = await sql<{ n: number }>`select count(*) as n from (${some})`.execute(reader);
      return rows[0]?.n ?? 0;
    },
    async among(lead, filter, { sort, after, limit }) {
      const { column, direction } = ORDER[sort];
      const from = sql<{ product_id: string }>`(select distinct product_id from (${leadingTo(flavour, lead)} limit ${2 * LED}))`;
      // Joined in this order, and found by nothing else: an index over the order of the list would be walked from end to end.
      let query = reader.selectFrom(from.as('leading')).crossJoin('products').whereRef('products.id', '=', 'leading.product_id');
      if (filter.onlyActive) query = query.where(sql<SqlBool>`+status = 'active'`);
      if (after !== undefined) query = query.where(behind(sort, after, 'products', '+'));
      for (const condition of conditionsOf(filter, {}, 'products')) query = query.where(condition);
      const ordered = query.select(['products.id', `${column} as key`]).select(SIZE.as('size'));
      return ordered.orderBy(sql`+${sql.ref(column)}`, direction).orderBy('products.id', direction).limit(limit).execute();
    },
    async along(along, filter, slice) {
      const { categoryId, stretch, looks } = along;
      const place = placesOf(categoryId);
      const key = sql<string | number>`${sql.ref(`${place}.${ORDER[slice.sort].column}`)}`.as('key');
      const all = stretched(along, slice);
      const last = isWhole(filter, stretch)
        ? undefined
        : await all.select(`${place}.id`).select(key).limit(1).offset(looks * entriesOf(filter, stretch) - 1).executeTakeFirst();
      let query = stretched(along, slice, last).select(`${place}.id`).select(key).select(SIZE.as('size'));
      if (categoryId !== undefined) query = query.crossJoin('products as listed').whereRef('listed.id', '=', `${place}.id`);
      for (const condition of conditionsOf(filter, stretch, place)) query = query.where(condition);
      const rows: readonly Found[] = await query.limit(slice.limit).execute();
      return { rows, reached: rows.length < slice.limit ? last : undefined };
    },
    async byIds(ids) {
      return (await reader.selectFrom('products').select('document').where(flavour.in('id', ids)).execute()).map(productFromRow);
    },
  };

  function behind(sort: ProductSort, { key, id }: SortPosition, place: Places, unindexed = ''): RawBuilder<SqlBool> {
    const { column, direction } = ORDER[sort];
    return sql<SqlBool>`(${sql.raw(unindexed)}${sql.ref(`${place}.${column}`)}, ${sql.ref(`${place}.id`)}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${key}, ${id})`;
  }

  function upTo(sort: ProductSort, { key, id }: SortPosition, place: Places): RawBuilder<SqlBool> {
    const { column, direction } = ORDER[sort];
    return sql<SqlBool>`(${sql.ref(`${place}.${column}`)}, ${sql.ref(`${place}.id`)}) ${sql.raw(direction === 'asc' ? '<=' : '>=')} (${key}, ${id})`;
  }
}

/** The ids of the products that it leads to, one of them for each entry of an index. */
function leadingTo(flavour: Flavour, lead: Lead): RawBuilder<unknown> {
  switch (lead.kind) {
    case 'skus':
      return sql`select product_id from product_skus where ${flavour.in('sku', lead.skus)}`;
    case 'categories':
      return sql`select product_id from product_categories where ${flavour.in('category_id', lead.categoryIds)}`;
    case 'prices':
      return sql`select product_id from product_skus where amount between ${lead.least} and ${lead.most}`;
    case 'words': {
      const phrase = lead.words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ');
      return sql`select product_id from (select rowid as found from product_search where product_search match ${phrase} limit ${2 * LED})
        cross join product_texts on number = found`;
    }
    default:
      return lead satisfies never;
  }
}

/** Conditions on a product that no index of the list covers. A word is looked for as it is written, wherever it stands. */
function* conditionsOf({ words, categoryIds, minPrice, maxPrice }: ProductFilter, stretch: Stretch, place: Places): Iterable<RawBuilder<SqlBool>> {
  const id = sql.ref(`${place}.id`);
  for (const word of words) yield sql<SqlBool>`instr(search_text, ${word}) > 0`;
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

/** Entries that cost what looking at one product does: the index of differing prices tells most that do not match, or all. */
function entriesOf({ words, categoryIds, maxPrice }: ProductFilter, { spread }: Stretch): number {
  if (spread !== true || words.length > 0 || categoryIds !== undefined) return 1;
  return maxPrice === undefined ? ENTRIES : CHECKED_ENTRIES;
}
