import type { TSchema } from '@sinclair/typebox';
import { isPersonal } from './schema.ts';

/** Internal marks: neither reaches a document. */
const NO_FREE_TEXT = Symbol('no free text');
const CARDS_ARE_WRITTEN_HERE = Symbol('cards are written here');

/** Marks personal data with a form of its own, a telephone number or an e-mail address: its digits are never taken for a card number. */
export function noFreeText<S extends TSchema>(schema: S): S {
  return { ...schema, [NO_FREE_TEXT]: true };
}

/** Marks text that is not personal but in which people may write card numbers. */
export function noCardNumbers<S extends TSchema>(schema: S): S {
  return { ...schema, [CARDS_ARE_WRITTEN_HERE]: true };
}

/** True when texts of this schema are searched for card numbers: free personal texts are, and those marked by `noCardNumbers`. */
export function mustBeNoCard(schema: TSchema): boolean {
  return CARDS_ARE_WRITTEN_HERE in schema || (isPersonal(schema) && !(NO_FREE_TEXT in schema));
}

/** Separators: spaces, dashes, dots, low lines, marks over or around a digit, and invisible characters, controls and the empty Braille cell included. */
const BETWEEN = '[\\s\\p{Z}\\p{Pd}\\u2212\\u2043\\p{Cc}\\p{Cf}\\p{DI}\\p{M}\\u2800._\u00b7\u2022\u2027\u30fb]+';
/** Groups of digits with separators between them. */
const DIGIT_GROUPS = new RegExp(`\\d+(?:${BETWEEN}\\d+)*`, 'gu');
const BETWEEN_GROUPS = new RegExp(BETWEEN, 'u');
const DIGITS_ALONE = new RegExp(`^(?:${BETWEEN})?\\d+(?:${BETWEEN}\\d+)*(?:${BETWEEN})?$`, 'u');
const ASCII = /^[\x20-\x7e]*$/;

const SHORTEST = 13;
const LONGEST = 19;

/**
 * True when free text may hold a card number: 13 to 19 digits that pass the Luhn check. The digits may be of any script, also full-width, in circles
 * (NFKC) or in brackets; spaces, dashes, dots and invisible characters between them are ignored.
 * A number may stand beside other digits (`2026 4242 4242 ...`), so every sequence of whole groups is checked; a piece of a longer unbroken run of
 * digits is not.
 */
export function holdsCardNumber(text: string): boolean {
  const plain = ASCII.test(text) ? text : inAsciiDigits(text);
  if (plain.length < SHORTEST) return false;
  for (const [run] of plain.matchAll(DIGIT_GROUPS)) {
    if (run.length >= SHORTEST && someSequenceIsCard(run.split(BETWEEN_GROUPS))) return true;
  }
  return false;
}

/** Digits that NFKC leaves as they are or turns into more than a digit: `(4)`, `4.`, `4,`. Each row: first code point, its value, count. */
const DRAWN_DIGITS = [
  [0x2474, 1, 9], [0x2488, 1, 9], [0x24f5, 1, 9], [0x24ff, 0, 1], [0x2776, 1, 9], [0x2780, 1, 9], [0x278a, 1, 9],
  [0x1369, 1, 9], [0x19da, 1, 1], [0x3021, 1, 9], [0x10a40, 1, 4], [0x10e60, 1, 9], [0x11052, 1, 9], [0x1f100, 0, 1], [0x1f101, 0, 10], [0x1f10b, 0, 1], [0x1f10c, 0, 1],
] as const;
const DRAWN: ReadonlyMap<string, string> = new Map([
  ...DRAWN_DIGITS.flatMap(([first, value, count]) => Array.from({ length: count }, (_, n) => [String.fromCodePoint(first + n), String(value + n)] as const)),
  ...Array.from('〇一二三四五六七八九', (sign, value) => [sign, String(value)] as const),
]);
const ANY_DRAWN = new RegExp(`[${[...DRAWN.keys()].join('')}]`, 'gu');

/** True when the text has nothing but digits and separators. */
export function isDigitsAlone(text: string): boolean {
  return DIGITS_ALONE.test(ASCII.test(text) ? text : inAsciiDigits(text));
}

function inAsciiDigits(text: string): string {
  return text.replaceAll(ANY_DRAWN, (sign) => DRAWN.get(sign) ?? sign).normalize('NFKC').replaceAll(/\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** The value of a digit: the ten digits of a script are consecutive, beginning with its zero. */
function valueOf(code: number): number {
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (code - zero) % 10;
}

/** True when some adjacent whole groups form a card number. Time grows with the digits alone: each sum is the difference of two prefix sums. */
function someSequenceIsCard(groups: readonly string[]): boolean {
  let length = 0;
  const ends = groups.map((group) => (length += group.length));
  const passesLuhn = luhn(groups.join(''));
  return groups.some((group, first) => {
    const start = (ends[first] ?? 0) - group.length;
    for (let last = first; last < groups.length; last += 1) {
      const end = ends[last] ?? 0;
      if (end - start > LONGEST) return false;
      if (end - start >= SHORTEST && passesLuhn(start, end)) return true;
    }
    return false;
  });
}

/** Returns a Luhn check of the digits between two places; it doubles every second digit from the right. */
function luhn(digits: string): (start: number, end: number) => boolean {
  /** Prefix sums, once with the digits at even places doubled, once with those at odd places. */
  const sums: readonly [number[], number[]] = [[0], [0]];
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[at]);
    const twice = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sums[0].push((sums[0][at] ?? 0) + (at % 2 === 0 ? twice : digit));
    sums[1].push((sums[1][at] ?? 0) + (at % 2 === 0 ? digit : twice));
  }
  return (start, end) => {
    const ofEnd = sums[end % 2 === 0 ? 0 : 1];
    return ((ofEnd[end] ?? 0) - (ofEnd[start] ?? 0)) % 10 === 0;
  };
}
