import { describe, expect, test } from 'bun:test';
import { recentMap } from '../src/recent-map.ts';

describe('a map of recently used keys', () => {
  test('returns the last value of a key', () => {
    const map = recentMap<number>(10);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.get('a'), map.get('b')]).toEqual([2, undefined]);
  });

  test('keeps at least half of its limit and never more than the limit', () => {
    const isKnown = (age: number): boolean => {
      const map = recentMap<number>(10);
      for (let n = 0; n < 57; n += 1) map.set(`key-${n}`, n);
      return map.get(`key-${56 - age}`) !== undefined;
    };
    const known = Array.from({ length: 57 }, (_, age) => isKnown(age));
    expect(known.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(10);
  });

  test('keeps keys that are read and drops those that are not', () => {
    const map = recentMap<string>(10);
    map.set('asked', 'here');
    map.set('forgotten', 'gone');
    for (let n = 0; n < 50; n += 1) {
      map.set(`other-${n}`, 'x');
      expect(map.get('asked')).toBe('here');
    }
    expect(map.get('forgotten')).toBeUndefined();
  });

  test('does not bring a replaced value back from an older generation', () => {
    const map = recentMap<number>(4);
    map.set('a', 1);
    map.set('b', 1);
    map.set('a', 2);
    expect(map.get('a')).toBe(2);
  });
});
