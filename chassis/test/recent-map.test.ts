import { describe, expect, test } from 'bun:test';
import { recentMap } from '../src/recent-map.ts';

describe('a map of what was asked for recently', () => {
  test('has what was put last, under one key once', () => {
    const map = recentMap<number>(10);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.get('a'), map.get('b')]).toEqual([2, undefined]);
  });

  test('has the last half of its limit for sure, and never more than all of it', () => {
    const isKnown = (age: number): boolean => {
      const map = recentMap<number>(10);
      for (let n = 0; n < 57; n += 1) map.set(`key-${n}`, n);
      return map.get(`key-${56 - age}`) !== undefined;
    };
    const known = Array.from({ length: 57 }, (_, age) => isKnown(age));
    expect(known.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(10);
  });

  test('who is asked for stays, who is not goes', () => {
    const map = recentMap<string>(10);
    map.set('asked', 'here');
    map.set('forgotten', 'gone');
    for (let n = 0; n < 50; n += 1) {
      map.set(`other-${n}`, 'x');
      expect(map.get('asked')).toBe('here');
    }
    expect(map.get('forgotten')).toBeUndefined();
  });

  test('a value that was replaced does not come back with an older generation', () => {
    const map = recentMap<number>(4);
    map.set('a', 1);
    map.set('b', 1);
    map.set('a', 2);
    expect(map.get('a')).toBe(2);
  });
});
