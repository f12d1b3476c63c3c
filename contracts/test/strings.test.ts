import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { CreateProduct } from '../src/http/product.ts';
import { FreeText, KeptFreeText, KeptName, Name, Reason, VISIBLE } from '../src/strings.ts';
import { EURO_20 } from './examples.ts';

const INVISIBLE = ['\u200b', '\u00ad', '\u2060\ufeff', '\u202e', '\u0007', '\u0085', '\u3000', '\u2028', '\u115f\u1160', '\u3164', '\uffa0', '\u2800', '\u034f', '\ufe0f', '\u{e0020}'];

test('a name has 1 to 200 characters, at least one of them visible', () => {
  expect(['a', 'Zoë Müller', ' 茶 ', '👩‍🚀', 'x'.repeat(200)].every((text) => Value.Check(Name, text))).toBe(true);
  expect(['', '   ', '\n', 'x'.repeat(201)].some((text) => Value.Check(Name, text))).toBe(false);
});

test('free text may be empty and have several lines, a reason may not be blank, and both have at most 5,000 characters', () => {
  expect(['', 'one\ntwo', 'x'.repeat(5000)].every((text) => Value.Check(FreeText, text))).toBe(true);
  expect(Value.Check(FreeText, 'x'.repeat(5001))).toBe(false);
  expect(Value.Check(Reason, 'arrived\nbroken')).toBe(true);
  expect(Value.Check(Reason, ' ')).toBe(false);
});

const NOT_IN_A_LINE = [
  '\r\n', '\n', '\r', '\t', '\u0007', '\u001b', '\u007f', '\u0085', '\u009b', '\u2028', '\u2029',
  '\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069',
];

describe('characters that end lines or turn the direction', () => {
  test.each(NOT_IN_A_LINE)('%j is in no text of one line, and names no attribute', (text) => {
    for (const asked of [`a${text}b`, `${text}a`, `a${text}`]) {
      expect(Value.Check(Name, asked)).toBe(false);
      const product = { title: 'Mug', variants: [{ sku: 'MUG', price: EURO_20 }], attributes: { [asked]: 'large' } };
      expect(Value.Check(CreateProduct, product)).toBe(false);
      expect([KeptName, KeptFreeText].every((kept) => Value.Check(kept, asked))).toBe(true);
    }
  });

  test('notes and reasons may have line breaks and tabs, and no others of them', () => {
    const allowed = NOT_IN_A_LINE.filter((text) => Value.Check(FreeText, `a${text}b`));
    expect(allowed).toEqual(['\r\n', '\n', '\r', '\t', '\u2028', '\u2029']);
    expect(NOT_IN_A_LINE.filter((text) => Value.Check(Reason, `a${text}b`))).toEqual(allowed);
  });

  test('marks of direction are all that Unicode has', () => {
    const marks = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((text) => /\p{Bidi_Control}/u.test(text));
    expect(marks.filter((text) => Value.Check(FreeText, text))).toEqual([]);
  });

  test('names may have joiners, which many languages need', () => {
    expect(['नी\u200dता', 'می\u200cخواهم', '👩\u200d🚀'].every((name) => Value.Check(Name, name))).toBe(true);
  });
});

describe('invisible characters', () => {
  test.each(INVISIBLE)('%j alone is neither a name nor a reason', (text) => {
    expect([text, ` ${text}\n`].some((blank) => Value.Check(Name, blank) || Value.Check(Reason, blank))).toBe(false);
  });

  test.each(INVISIBLE.filter((text) => !NOT_IN_A_LINE.includes(text)))('%j is accepted beside visible characters', (text) => {
    expect([`a${text}`, `${text}あ`].every((name) => Value.Check(Name, name))).toBe(true);
  });

  test.each(INVISIBLE)('%j alone names no attribute', (text) => {
    const product = { title: 'Mug', variants: [{ sku: 'MUG', price: EURO_20 }], attributes: { [text]: 'large' } };
    expect(Value.Check(CreateProduct, product)).toBe(false);
  });

  test('are those of Unicode, except signs that are drawn around digits', () => {
    const others = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((text) => text.isWellFormed());
    const unseen = others.filter((text) => /[\p{Cc}\p{Cf}\p{Z}\p{DI}\u2800]/u.test(text) && !/[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u.test(text));
    const refused = new RegExp(`^${VISIBLE}$`, 'u');
    expect(others.filter((text) => !refused.test(text))).toEqual(unseen);
  });

  test('a name that was accepted before they were refused can still be read', () => {
    expect(Value.Check(KeptName, '\u200b')).toBe(true);
  });
});

test('NUL is refused wherever it stands', () => {
  for (const text of ['\0', '\0a', 'a\0', 'a\nb\0c']) {
    expect([Name, KeptName, FreeText, Reason].some((schema) => Value.Check(schema, text))).toBe(false);
  }
});
