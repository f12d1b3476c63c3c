import type { Page } from '@souk/contracts/paging';
import type { Looked } from './looked.ts';

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
