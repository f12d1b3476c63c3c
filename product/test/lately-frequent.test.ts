import { expect, test } from 'bun:test';
import { latelyFrequent } from '../src/storage/mongodb/mongo-product-lists.ts';

test('a piece counts as frequent for a minute after it led to too many products', () => {
  let now = 5;
  const pieces = latelyFrequent(() => now);
  expect(pieces.has('abc')).toBe(false);
  pieces.add('abc');
  now += 59_000;
  expect([pieces.has('abc'), pieces.has('abd')]).toEqual([true, false]);
  now += 1000;
  expect(pieces.has('abc')).toBe(false);
  pieces.add('abc');
  expect(pieces.has('abc')).toBe(true);
});

test('at most two thousand pieces are remembered, and the newest stay', () => {
  const pieces = latelyFrequent(() => 0);
  for (let n = 0; n < 2000; n += 1) pieces.add(`piece ${n}`);
  pieces.add('piece 0');
  pieces.add('piece 2000');
  expect(['piece 0', 'piece 1', 'piece 2', 'piece 2000'].map(pieces.has)).toEqual([true, false, true, true]);
});
