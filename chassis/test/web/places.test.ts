import { expect, test } from 'bun:test';
import { type NoPlace, places } from '../../src/web/limits/places.ts';

function held(taken: (() => void) | NoPlace): () => void {
  if (typeof taken === 'string') throw new Error(`there was no place ${taken}`);
  return taken;
}

test('a key has a limited number of places, and leaves the rest to other keys', () => {
  const { take } = places({ inAll: 10, perKey: 2 });
  held(take('a'));
  held(take('a'));
  expect(take('a')).toBe('of-key');
  held(take('b'));
});

test('the number of all places is limited, whatever the keys', () => {
  const { take } = places({ inAll: 3, perKey: 2 });
  for (const key of ['a', 'b', 'c']) held(take(key));
  expect(take('d')).toBe('in-all');
  expect(take('a')).toBe('in-all');
});

test('a place that is given back is free again, once', () => {
  const seats = places({ inAll: 2, perKey: 1 });
  const release = held(seats.take('a'));
  expect(seats.take('a')).toBe('of-key');
  release();
  const again = held(seats.take('a'));
  release();
  expect(seats.take('a')).toBe('of-key');
  expect(seats.taken).toBe(1);
  again();
  expect(seats.taken).toBe(0);
});

test('several places are taken together, or none of them', () => {
  const seats = places({ inAll: 100, perKey: 60 });
  held(seats.take('a', 50));
  expect(seats.take('a', 11)).toBe('of-key');
  expect(seats.take('b', 51)).toBe('in-all');
  expect(seats.taken).toBe(50);
  held(seats.take('b', 50))();
  expect(seats.taken).toBe(50);
});
