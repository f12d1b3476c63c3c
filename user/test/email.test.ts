import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { normalisedEmail } from '../src/domain/email.ts';

describe('an e-mail address', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com\t', 'ada@example.com'],
    ['ADA+shop@example.com', 'ada+shop@example.com'],
    // full-width letters, and the Kelvin sign, which looks like a K
    ['ａｄａ@example.com', 'ada@example.com'],
    ['\u212Aim@example.com', 'kim@example.com'],
    // one letter with an accent, and a letter followed by an accent
    ['zo\u00EB@example.com', 'zoe\u0308@example.com'.normalize('NFC')],
  ])('%p is stored as %p', (address, stored) => {
    expect(normalisedEmail(address)).toBe(stored);
  });

  test('stays what it is once it is in that form', () => {
    const ascii = fc.stringMatching(/^[\x20-\x7e]{0,40}$/);
    fc.assert(fc.property(ascii, (text) => normalisedEmail(normalisedEmail(text)) === normalisedEmail(text)));
  });
});
