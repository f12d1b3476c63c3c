import { expect, test } from 'bun:test';
import { ageText, durationText } from '../../src/page/clock.ts';

test.each([
  [0, '0 ms'],
  [340, '340 ms'],
  [1240, '1.2 s'],
  [42_700, '42 s'],
  [185_000, '3 min 5 s'],
  [3_600_000, '1 h'],
  [7_805_000, '2 h 10 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms is said as %s', (ms, said) => {
  expect(durationText(ms)).toBe(said);
});

test('an age is said with its largest unit', () => {
  expect(ageText(400)).toBe('now');
  expect(ageText(185_000)).toBe('3 min ago');
});
