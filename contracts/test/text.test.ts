import { expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { FreeText, Name, Reason } from '../src/text.ts';

test('a name has 1 to 200 characters, of which one can be seen', () => {
  expect(['a', 'Zoë Müller', ' 茶 ', 'x'.repeat(200)].every((text) => Value.Check(Name, text))).toBe(true);
  expect(['', '   ', '\n', 'x'.repeat(201)].some((text) => Value.Check(Name, text))).toBe(false);
});

test('free text may be empty and has lines, a reason says something, neither is longer than 5,000', () => {
  expect(['', 'one\ntwo', 'x'.repeat(5000)].every((text) => Value.Check(FreeText, text))).toBe(true);
  expect(Value.Check(FreeText, 'x'.repeat(5001))).toBe(false);
  expect(Value.Check(Reason, 'arrived\nbroken')).toBe(true);
  expect(Value.Check(Reason, ' ')).toBe(false);
});

test('NUL is refused wherever it stands', () => {
  for (const text of ['\0', '\0a', 'a\0', 'a\nb\0c']) {
    expect([Name, FreeText, Reason].some((schema) => Value.Check(schema, text))).toBe(false);
  }
});

test('a long blank text is refused quickly', () => {
  const started = performance.now();
  expect(Value.Check(Reason, ' '.repeat(5000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(100);
});
