import { describe, expect, test } from 'bun:test';
import { countBetween, positionOf, textOfPosition } from '../../src/engine/committed-position.ts';

const position = (places: Record<string, number>) => new Map(Object.entries(places));

describe('a position over all lanes', () => {
  test.each([{}, { 'order-1': 123, 'order-2': 5 }, { 'a,b:c;d=e f%': 1, 'Zoë 🏻': 999_999_999_999_999 }])('is read back as it was written: %j', (places) => {
    const text = textOfPosition(position(places));
    expect(text).toMatch(/^[^;=\s]+$/);
    expect(positionOf(text)).toEqual(position(places));
  });

  test('leaves out a lane in which nothing was committed', () => {
    expect(textOfPosition(position({ one: 0, two: 2 }))).toBe('two:2');
  });

  test('that is too long to come back is none', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`order-${at}`, 1_000_000]));
    expect(positionOf(textOfPosition(position(many)))).toBeUndefined();
    expect(positionOf('a:1,'.repeat(1000))).toBeUndefined();
  });

  test('counts what lies between it and a later one, and is never after it', () => {
    expect(countBetween(position({ one: 3 }), position({ one: 5, two: 10 }))).toBe(12);
    expect(countBetween(position({ one: 3 }), position({ one: 3 }))).toBe(0);
    expect(countBetween(position({ one: 3, two: 1 }), position({ one: 5 }))).toBeUndefined();
    expect(countBetween(position({ one: 6 }), position({ one: 5, two: 10 }))).toBeUndefined();
  });
});
