import type { ListQuery, Page } from '@souk/contracts/http/common';
import { Uuid } from '@souk/contracts/ids';
import type { IdSlice } from '../id-slice.ts';
import { cursors, pageOf } from './cursor.ts';

/** Pages of a list that begins with the newest: the last id of a page is the place to go on from. */
export function idPages(list: string) {
  const positions = cursors(list, Uuid);
  return async <Row extends { readonly id: string }, Item>(
    { limit = 20, cursor }: ListQuery,
    toItem: (row: Row) => Item,
    read: (slice: IdSlice) => Promise<readonly Row[]>,
  ): Promise<Page<Item>> => {
    const rows = await read({ before: positions.read(cursor), limit: limit + 1 });
    return pageOf(rows, limit, { toItem, toCursor: ({ id }) => positions.write(id) });
  };
}
