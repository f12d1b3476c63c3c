import { expect, test } from 'bun:test';
import { boundedMap } from '../../../src/stores/sql/entity-memory.ts';

const KEYS = Array.from({ length: 1000 }, (_, at) => `key ${at}`);

test('a bounded map keeps within its limits of count and bytes, and keeps what was set last', () => {
  for (const [limits, most] of [[{ count: 100, bytes: 1_000_000 }, 100], [{ count: 1_000_000, bytes: 1000 }, 100]] as const) {
    const map = boundedMap<number>(limits);
    for (const [at, key] of KEYS.entries()) map.set(key, at, 10);
    const held = KEYS.filter((key) => map.get(key) !== undefined);
    expect(held.length).toBeLessThanOrEqual(most);
    expect(held).toEqual(KEYS.slice(-held.length));
    expect(held.length).toBeGreaterThanOrEqual(most / 2);
  }
});

test('a value that is set repeatedly evicts no other, and one that is too large is not kept', () => {
  const map = boundedMap<string>({ count: 100, bytes: 1000 });
  map.set('quiet', 'here', 10);
  for (const key of KEYS) map.set('busy', key, 100);
  expect([map.get('quiet'), map.get('busy')]).toEqual(['here', 'key 999']);
  map.set('busy', 'huge', 501);
  expect(map.get('busy')).toBeUndefined();
  map.delete('quiet');
  expect(map.get('quiet')).toBeUndefined();
  map.set('a', 'b', 1);
  map.clear();
  expect(map.get('a')).toBeUndefined();
});
