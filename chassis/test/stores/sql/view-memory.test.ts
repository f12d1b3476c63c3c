import { beforeEach, describe, expect, test } from 'bun:test';
import { ViewMemory, type ViewRecall } from '../../../src/stores/sql/entity-memory.ts';

interface Price {
  readonly sku: string;
  readonly cents: number;
}

const price = (sku: string, cents: number): Price => ({ sku, cents });

describe('the memory of a view', () => {
  let at: number;
  let memory: ViewMemory<Price>;
  beforeEach(() => {
    at = 5000;
    memory = new ViewMemory<Price>({ ms: 1000, count: 8, bytes: 1000, bytesOf: () => 10, now: () => at });
  });

  /** A batch that names one of each and finds these in the database. */
  function reads(...prices: readonly Price[]): void {
    const recall = memory.begin();
    recall.take(prices.map(({ sku }) => sku));
    commits(recall, ...prices);
  }
  const commits = (recall: ViewRecall<Price>, ...prices: readonly Price[]) => recall.committed(prices.map((each) => [each.sku, each] as const), false);
  const changes = (recall: ViewRecall<Price>, ...prices: readonly Price[]) => recall.committed(prices.map((each) => [each.sku, each] as const), true);
  const taken = (sku: string) => memory.begin().take([sku])[0]?.cents;

  test('keeps an entity for its time from the beginning of the batch that read it, however often it is used', () => {
    const recall = memory.begin();
    recall.take(['MUG']);
    at += 400;
    commits(recall, price('MUG', 1));
    at += 600;
    const again = memory.begin();
    const [mug] = again.take(['MUG']);
    expect(mug).toEqual(price('MUG', 1));
    if (mug !== undefined) commits(again, mug);
    expect(taken('MUG')).toBe(1);
    at += 1;
    expect(taken('MUG')).toBeUndefined();
  });

  test('shows changes and removals by this process from their commit on', () => {
    reads(price('MUG', 1), price('TEA', 2));
    const changing = memory.begin();
    changing.take(['MUG', 'TEA']);
    expect(taken('MUG')).toBe(1);
    changes(changing, price('MUG', 3));
    expect([taken('MUG'), taken('TEA')]).toEqual([3, undefined]);
  });

  test('keeps nothing of a batch that was in flight when another one changed the view', () => {
    const slow = memory.begin();
    slow.take(['MUG']);
    changes(memory.begin(), price('MUG', 3));
    commits(slow, price('MUG', 1));
    expect(taken('MUG')).toBeUndefined();
    const first = memory.begin();
    first.take(['MUG']);
    commits(first, price('MUG', 1));
    const [one, two] = [memory.begin(), memory.begin()];
    changes(one, price('MUG', 4));
    changes(two, price('MUG', 5));
    expect(taken('MUG')).toBeUndefined();
  });

  test('forgets everything when told to, reads of a batch in flight included, and after a failed batch', () => {
    reads(price('MUG', 1));
    const slow = memory.begin();
    slow.take(['TEA']);
    memory.forgetAll();
    commits(slow, price('TEA', 2));
    expect([taken('MUG'), taken('TEA')]).toEqual([undefined, undefined]);
    reads(price('MUG', 1));
    memory.begin().failed();
    expect(taken('MUG')).toBeUndefined();
  });

  test('is bounded in number', () => {
    for (let n = 0; n < 100; n += 1) reads(price(`SKU-${n}`, n));
    const left = Array.from({ length: 100 }, (_, n) => taken(`SKU-${n}`)).filter((cents) => cents !== undefined);
    expect(left.length).toBeLessThanOrEqual(8);
    expect(taken('SKU-99')).toBe(99);
  });
});
