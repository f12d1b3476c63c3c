import { describe, expect, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { commonCause, groupLetters, letterGroup, LETTERS_TO_GROUP } from '../../../src/engine/messaging/letter-groups.ts';
import type { LetterFailure } from '../../../src/engine/service-store.ts';

const AT = Date.parse('2026-05-04T10:00:00.000Z');

function failure(cause: string, minute = 0, more: Partial<LetterFailure> = {}): LetterFailure {
  return { kind: 'unhandled', topic: 'order.created', cause, lastFailedAt: AT + minute * 60_000, ...more };
}

describe('what causes have in common', () => {
  test.each([
    [`order ${newId()} has no items`, 'order … has no items'],
    [`order ${newId().toUpperCase()} has no items`, 'order … has no items'],
    ['12 of 3.50 EUR, version 7', '… of … EUR, version …'],
    ['LAMP-12: sold out', 'LAMP-…: sold out'],
    ['deadbeef is no id', 'deadbeef is no id'],
    ['', ''],
    ['a "quoted" \'cause\'; drop table orders; --', 'a "quoted" \'cause\'; drop table orders; --'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(…)>'],
    ['nul \0 and ٣ and 🦀', 'nul \0 and ٣ and 🦀'],
  ])('%j is %j', (cause, common) => {
    expect(commonCause(cause)).toBe(common);
  });

  test('is 500 characters of a long one, and never half of a character', () => {
    expect(commonCause('x'.repeat(2000))).toHaveLength(500);
    expect(commonCause(`x${'🦀'.repeat(1000)}`)).toBe(`x${'🦀'.repeat(249)}`);
    expect(commonCause('7'.repeat(2000))).toBe('…');
  });
});

test('a group is named by kind, topic and what causes have in common', () => {
  const [one, other] = [newId(), newId()].map((id) => letterGroup('unhandled', 'order.created', `order ${id}: 3 of 4`));
  expect(one).toBe(other ?? '');
  const all = [one, letterGroup('unsent', 'order.created', 'order …: … of …'), letterGroup('unhandled', 'order.cancelled', 'order …: … of …'), letterGroup('unhandled', 'order.created', 'order')];
  expect(new Set(all).size).toBe(all.length);
  // Texts that only look alike when they are joined.
  expect(letterGroup('unhandled', 'a","b', 'c')).not.toBe(letterGroup('unhandled', 'a', 'b","c'));
});

describe('groups of dead letters', () => {
  test('have the largest first, of two as large the one that failed last, each with its count and times', () => {
    const newest = [failure('no order 9', 9), failure('not JSON', 8), failure('no order 1', 3), failure('lost', 7), failure('no order 5', 5)];
    const { items, more } = groupLetters(newest);
    expect(more).toBe(false);
    expect(items.map(({ cause, count }) => [cause, count])).toEqual([['no order …', 3], ['not JSON', 1], ['lost', 1]]);
    expect(items[0]).toEqual({
      group: letterGroup('unhandled', 'order.created', 'no order 9'),
      kind: 'unhandled',
      topic: 'order.created',
      cause: 'no order …',
      count: 3,
      oldestAt: '2026-05-04T10:03:00.000Z',
      newestAt: '2026-05-04T10:09:00.000Z',
    });
  });

  test('of no letters are none', () => {
    expect(groupLetters([])).toEqual({ items: [], more: false });
  });

  test('count the newest thousand, and tell that there are more', () => {
    const thousand = Array.from({ length: 1000 }, (_, i) => failure(`no such order ${i}`));
    expect(groupLetters(thousand)).toMatchObject({ more: false, items: [{ count: 1000 }] });
    const { items, more } = groupLetters([...thousand, failure('the oldest')]);
    expect([LETTERS_TO_GROUP, more, items.some(({ cause }) => cause === 'the oldest')]).toEqual([1001, true, false]);
  });

  test('of a thousand of the longest causes are made within a second, and their text has a limit', () => {
    const longest = ['0'.repeat(2000), `${newId().slice(0, 35)} `.repeat(55), '🦀'.repeat(1000), '1.'.repeat(1000)];
    const letters = Array.from({ length: 1000 }, (_, i) => failure(`${String.fromCharCode(0x4e00 + i)}${longest[i % 4]}`));
    const begun = performance.now();
    const { items } = groupLetters(letters);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(items).toHaveLength(1000);
    expect(JSON.stringify(items).length).toBeLessThan(800_000);
  });
});
