import type { Static, TSchema } from '@sinclair/typebox';
import type { ListQuery, Page } from '@souk/contracts/paging';
import { Uuid } from '@souk/contracts/strings';
import { lazyCheck } from '../lazy-check.ts';
import { fieldsRefused } from './problems/problem.ts';

/** Pages of a list, newest first: a page goes on after the last id of the page before. `atOnce` as in `readPage`. */
export function idPages(list: string, atOnce?: number) {
  const positions = cursors(list, Uuid);
  return <Row extends { readonly id: string }, Item>(
    { limit = 20, cursor }: ListQuery,
    toItem: (row: Row) => Item,
    read: (slice: IdSlice) => Promise<readonly Row[] | Looked<Row, string>>,
  ): Promise<Page<Item>> =>
    readPage({
      limit,
      from: positions.read(cursor),
      ...(atOnce !== undefined && { atOnce }),
      read: (before, rows) => read({ before, limit: rows }),
      placeOf: ({ id }) => id,
      toItem,
      toCursor: positions.write,
    });
}

/** A slice of a list, newest first. Ids are UUIDv7, so they are in order of time. */
export interface IdSlice {
  /** The last id of the page before; undefined: from the start. */
  readonly before: string | undefined;
  readonly limit: number;
}

/** Maximum bytes of the entries of a page, as JSON: the memory that a caller who does not read takes up. One entry is always in it. */
export const PAGE_BYTES = 256 * 1024;

/** Maximum bytes of the rows of one read, at their longest: the data that a list takes from the database at once. */
const READ_BYTES = 1024 * 1024;

/** The number of rows of at most `bytes` each that are read at once. */
export function rowsWithin(bytes: number): number {
  return Math.max(1, Math.floor(READ_BYTES / bytes));
}

export interface PageParts<Row, Place, Item> {
  readonly limit: number;
  /** The place of the last entry of the page before; undefined: from the start. */
  readonly from: Place | undefined;
  /** Rows that are read at once, if one can be large (`rowsWithin`). */
  readonly atOnce?: number;
  /** Reads the next rows after a place. Fewer than asked for: there are no more, or `reached` says how far it looked. */
  readonly read: (after: Place | undefined, limit: number) => Promise<readonly Row[] | Looked<Row, Place>>;
  readonly placeOf: (row: Row) => Place;
  readonly toItem: (row: Row) => Item;
  readonly toCursor: (place: Place) => string;
}

/**
 * Reads a page of `limit` entries, or of fewer: when those have `PAGE_BYTES`, or when the request has looked at as many rows as
 * it may. Rows are read in slices until there is one too many, which only shows that there is a next page.
 */
export async function readPage<Row, Place, Item>(parts: PageParts<Row, Place, Item>): Promise<Page<Item>> {
  const { limit, atOnce = limit + 1, read, placeOf, toItem, toCursor } = parts;
  const items: Item[] = [];
  let last = parts.from;
  for (let room = PAGE_BYTES; ; ) {
    const wanted = Math.min(atOnce, limit + 1 - items.length);
    const { rows, reached } = lookedAt(await read(last, wanted));
    for (const row of rows) {
      const item = toItem(row);
      room -= Buffer.byteLength(JSON.stringify(item));
      const isFull = items.length === limit || (room < 0 && items.length > 0);
      if (isFull && last !== undefined) return { items, nextCursor: toCursor(last) };
      items.push(item);
      last = placeOf(row);
    }
    if (rows.length < wanted) return { items, nextCursor: reached === undefined ? null : toCursor(reached) };
  }
}

function lookedAt<Row, Place>(found: readonly Row[] | Looked<Row, Place>): Looked<Row, Place> {
  return 'rows' in found ? found : { rows: found };
}

/** Maximum number of rows that one request looks at to find those that match a filter without an index of its own. */
export const LOOKS = 1000;

/** The rows of a list that one request found. */
export interface Looked<Row, Place> {
  readonly rows: readonly Row[];
  /** The last row looked at, when the request may look at no more; absent: the list has ended, or `rows` has as many as were asked for. */
  readonly reached?: Place | undefined;
}

interface Cursors<S extends TSchema> {
  write(position: Static<S>): string;
  /** undefined: from the start. Throws the 422 problem for a cursor that is not one of this list's. */
  read(cursor: string | undefined): Static<S> | undefined;
}

const ENCODING = /^[\w-]+$/;

/**
 * Opaque cursors of one list. `list` is part of every cursor, so a cursor of another list is refused; put into it whatever else
 * changes the order (`products:-price`).
 */
export function cursors<S extends TSchema>(list: string, position: S): Cursors<S> {
  const check = lazyCheck(position);
  return {
    write: (at) => Buffer.from(JSON.stringify([list, at])).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return undefined;
      const [named, at] = decoded(cursor);
      if (named !== list || !check().Check(at)) {
        const errors = [{ pointer: '?cursor', detail: 'is not a cursor of this list' }];
        throw fieldsRefused('validation', errors, 'send the nextCursor of a page of it, or none for the first page');
      }
      return at;
    },
  };
}

function decoded(cursor: string): readonly unknown[] {
  if (!ENCODING.test(cursor)) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}
