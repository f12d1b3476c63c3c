import type { ListQuery, Page } from '@souk/contracts/paging';
import { Uuid } from '@souk/contracts/strings';
import type { IdSlice } from './id-slice.ts';
import type { Looked } from './looked.ts';
import { cursors } from './cursor.ts';
import { readPage } from './page.ts';

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
