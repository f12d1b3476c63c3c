import { cursors, pageOf } from '@souk/chassis/http/cursor';
import type { ListQuery, Page } from '@souk/contracts/http/common';
import { Uuid } from '@souk/contracts/ids';
import type { Slice } from '../storage/payment-store.ts';

/** Pages of a list that is newest first: ids grow with time, so the last one of a page is the place to go on from. */
export function idPages<Row extends { readonly id: string }, Item>(list: string, toItem: (row: Row) => Item) {
  const positions = cursors(list, Uuid);
  return async (
    { limit = 20, cursor }: ListQuery,
    read: (slice: Slice) => Promise<readonly Row[]>,
  ): Promise<Page<Item>> => {
    const rows = await read({ before: positions.read(cursor), limit: limit + 1 });
    return pageOf(rows, limit, { toItem, toCursor: ({ id }) => positions.write(id) });
  };
}
