import { describe, expect, test } from 'bun:test';
import { PAGE_BYTES, readPage, rowsWithin } from '../../src/web/paging.ts';

/** A list of the numbers from 1, and how many of them each read asked for. */
function numbers(upTo: number, of: (row: number) => string = (row) => `item ${row}`) {
  const reads: number[] = [];
  const page = (limit: number, from?: number, atOnce?: number) =>
    readPage({
      limit,
      from,
      ...(atOnce !== undefined && { atOnce }),
      read: async (after = 0, rows) => {
        reads.push(rows);
        return Array.from({ length: Math.max(0, Math.min(rows, upTo - after)) }, (_, n) => after + n + 1);
      },
      placeOf: (row) => row,
      toItem: of,
      toCursor: (place) => `after ${place}`,
    });
  return { page, reads };
}

describe('a page', () => {
  test('reads one row too many to learn whether there are more', async () => {
    const { page, reads } = numbers(3);
    expect(await page(2)).toEqual({ items: ['item 1', 'item 2'], nextCursor: 'after 2' });
    expect(reads).toEqual([3]);
  });

  test('has no cursor when it is the last', async () => {
    expect(await numbers(2).page(2)).toEqual({ items: ['item 1', 'item 2'], nextCursor: null });
    expect(await numbers(0).page(2)).toEqual({ items: [], nextCursor: null });
    expect(await numbers(2).page(2, 2)).toEqual({ items: [], nextCursor: null });
  });

  test('ends early when its entries reach the byte limit of a page', async () => {
    const third = 'é'.repeat(PAGE_BYTES / 6);
    const { page, reads } = numbers(9, () => third);
    expect(await page(100, undefined, 2)).toEqual({ items: [third, third], nextCursor: 'after 2' });
    expect(reads).toEqual([2, 2]);
    expect(await page(100, 8)).toEqual({ items: [third], nextCursor: null });
  });

  test('always has one entry, however large', async () => {
    const { page } = numbers(2, () => 'x'.repeat(2 * PAGE_BYTES));
    expect(await page(100)).toMatchObject({ items: { length: 1 }, nextCursor: 'after 1' });
    expect(await page(100, 1)).toMatchObject({ items: { length: 1 }, nextCursor: null });
  });

  test('reads no more rows at once than it is told to', async () => {
    const { page, reads } = numbers(100);
    expect((await page(9, undefined, 4)).nextCursor).toBe('after 9');
    expect(reads).toEqual([4, 4, 2]);
    expect([rowsWithin(20_000), rowsWithin(50_000_000)]).toEqual([52, 1]);
  });

  test('goes on where the last request stopped looking, even if that one found nothing', async () => {
    const found = (rows: readonly number[]) =>
      readPage({
        limit: 5,
        from: undefined,
        read: async () => ({ rows, reached: 1000 }),
        placeOf: (row: number) => row,
        toItem: (row) => row,
        toCursor: (place) => `after ${place}`,
      });
    expect(await found([7])).toEqual({ items: [7], nextCursor: 'after 1000' });
    expect(await found([])).toEqual({ items: [], nextCursor: 'after 1000' });
  });
});
