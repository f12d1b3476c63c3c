import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { holdsCardNumber, isDigitsAlone } from '../src/card-number.ts';
import { growth } from './growth.ts';

describe('a card number is found', () => {
  test.each([
    '4242424242424242',
    'please use 4242 4242 4242 4242, thanks',
    '4242-4242-4242-4242',
    '4242 - 4242 \u2013 4242 \u00a0 4242',
    '4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2',
    '378282246310005',
    '4222222222222',
    '6304000000000000000',
    '４２４２ ４２４２ ４２４２ ４２４２',
    '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢',
    '४२४२४२४२४२४२४२४२',
    '④②④②④②④②④②④②④②④②',
    '4242\u200b4242\u00ad4242\u20604242',
    '4242\u22124242 \u2212 4242\ufe0f4242',
    'until 2026\u200b4242\u200b4242\u200b4242\u200b4242',
    '⑷⑵⑷⑵ ⑷⑵⑷⑵ ⑷⑵⑷⑵ ⑷⑵⑷⑵',
    '⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉',
    '❹❷❹❷❹❷❹❷❹❷❹❷❹❷❹❷',
    '➃➁➃➁➃➁➃➁➃➁➃➁➃➁➃➁',
    '⓸⓶⓸⓶⓸⓶⓸⓶⓸⓶⓸⓶⓸⓶⓸⓶',
    '🄅🄃🄅🄃🄅🄃🄅🄃🄅🄃🄅🄃🄅🄃🄅🄃',
    '⁴²⁴²⁴²⁴²⁴²⁴²⁴²⁴²',
    '₄₂₄₂₄₂₄₂₄₂₄₂₄₂₄₂',
    '𝟒𝟚𝟜𝟐 𝟰𝟸𝟺𝟮 𝟒𝟚𝟜𝟐 𝟰𝟸𝟺𝟮',
    '四二四二四二四二四二四二四二四二',
    '4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣',
    '4\u03012\u03314\u20dd2 4242 4242 4242',
    '4242\u200d4242\u{e0020}4242\ufe0e4242',
    '4242\u28004242\u00854242\u00014242',
    '4242\u20434242\u20274242・4242',
    '፬፪፬፪፬፪፬፪፬፪፬፪፬፪፬፪',
    '〤〢〤〢〤〢〤〢〤〢〤〢〤〢〤〢',
    '4242.4242.4242.4242',
    '4242_4242·4242•4242',
    'until 2026: 4242424242424242',
    'until 2026 4242 4242 4242 4242 123',
    'first 1111 1111 1111 1112, then 4242\n4242\n4242\n4242',
  ])('in %j', (text) => expect(holdsCardNumber(text)).toBe(true));
});

describe('no card number is seen', () => {
  test.each([
    '',
    'ring twice',
    '4242424242424243',
    '424242424242',
    '42424242424242424242424242424242',
    '4242 4242 4242 a 4242',
    '4242/4242/4242/4242',
    '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٣',
    'ring twice \u200b',
    '+43 1 234 56 78',
    '0198c0de-7a11-7c3e-8f21-5d0e4b7a9c3f',
  ])('in %j', (text) => expect(holdsCardNumber(text)).toBe(false));
});

/** The digit that makes the Luhn sum of `digits` plus itself a multiple of ten, found by trying as a person would. */
function completed(digits: string): string[] {
  return '0123456789'.split('').map((last) => digits + last).filter(holdsCardNumber);
}

test('of the ten numbers with one prefix exactly one passes, wherever its spaces and dashes stand', () => {
  const prefixes = fc.stringMatching(/^[0-9]{12,18}$/);
  const gapLists = fc.array(fc.constantFrom('', ' ', '-', ' - '), { minLength: 19, maxLength: 19 });
  fc.assert(
    fc.property(prefixes, gapLists, (digits, gaps) => {
      const [number, ...others] = completed(digits);
      expect(others).toEqual([]);
      const spaced = (number ?? '').split('').map((digit, index) => digit + (gaps[index] ?? '')).join('');
      expect(holdsCardNumber(`note: ${spaced}!`)).toBe(true);
    }),
  );
});

test.each(['4 ', '1', `${'1'.repeat(12)} `])('the time to search a text of nothing but %j grows in proportion to its length', (piece) => {
  expect(growth((size) => void holdsCardNumber(piece.repeat(size)), 2000)).toBeLessThan(30);
});

test('a text of digits alone is recognised, in any script', () => {
  expect(['4242 4242', '４２４２', ' 4242-', '④②', '٤٢٤٢'].filter((text) => !isDigitsAlone(text))).toEqual([]);
  expect(['', ' ', 'Lane 4242', '4242a', '—', '10/2'].filter(isDigitsAlone)).toEqual([]);
});
