import { expect, test } from 'bun:test';
import type { Gap } from '../../src/page/saga-drawing.ts';
import { timeScale } from '../../src/page/time-scale.ts';

const gap = (from: number, to: number): Gap => ({ kind: 'gap', id: `gap-${from}`, from, to, text: '', happened: [] });

test('without gaps every moment stands to scale', () => {
  const { at, ticks } = timeScale(1000, 1100, [], new Set());
  expect([1000, 1025, 1050, 1100].map(at)).toEqual([0, 0.25, 0.5, 1]);
  expect(ticks.map(({ text }) => text)).toEqual(['0 ms', '20 ms', '40 ms', '60 ms', '80 ms', '100 ms']);
});

test('a folded gap takes a twentieth of the axis, and the rest stays to scale', () => {
  const { at } = timeScale(0, 60_100, [gap(50, 60_050)], new Set());
  expect(at(50)).toBeCloseTo(0.475, 6);
  expect(at(60_050)).toBeCloseTo(0.525, 6);
  expect(at(25)).toBeCloseTo(0.2375, 6);
  expect(at(60_100)).toBeCloseTo(1, 6);
});

test('an opened gap is drawn to scale', () => {
  const { at } = timeScale(0, 60_100, [gap(50, 60_050)], new Set(['gap-50']));
  expect(at(30_050)).toBeCloseTo(0.5, 6);
});

test('many gaps leave half of the axis to the steps', () => {
  const gaps = Array.from({ length: 40 }, (_, n) => gap(n * 2000 + 10, n * 2000 + 2000));
  const { stretches } = timeScale(0, 80_000, gaps, new Set());
  const folded = stretches.filter((stretch) => stretch.folded !== null).reduce((sum, { start, end }) => sum + end - start, 0);
  expect(folded).toBeCloseTo(0.5, 6);
  expect(stretches.at(-1)?.end).toBeCloseTo(1, 6);
});

test('an order of one moment has an axis all the same', () => {
  const { at, ticks } = timeScale(5, 5, [], new Set());
  expect(at(5)).toBe(0);
  expect(ticks.length).toBeGreaterThan(0);
});
