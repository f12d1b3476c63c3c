import { describe, expect, test } from 'bun:test';
import { newSecret, otpauthUrl, stepOf } from '../src/second-factor/codes.ts';

/** RFC 6238, appendix B: ASCII `12345678901234567890` in base32, SHA-1. The RFC shows eight digits; authenticators show the last six. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('one-time codes', () => {
  test.each([
    [59, '287082', 0x1],
    [1_111_111_109, '081804', 0x23523ec],
    [1_111_111_111, '050471', 0x23523ed],
    [1_234_567_890, '005924', 0x273ef07],
    [2_000_000_000, '279037', 0x3f940aa],
    [20_000_000_000, '353130', 0x27bc86aa],
  ])('are those of RFC 6238 at %d s', (seconds, code, step) => {
    expect(stepOf(SECRET, code, seconds * 1000)).toBe(step);
    expect(stepOf(SECRET, `${code.slice(0, 3)} ${code.slice(3)}`, seconds * 1000)).toBe(step);
  });

  test('are valid one step before and after their own, and no longer', () => {
    const at = (seconds: number) => stepOf(SECRET, '287082', seconds * 1000);
    expect([0, 29, 30, 59, 60, 89].map(at)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([90, 150, 100_000].map(at)).toEqual([undefined, undefined, undefined]);
  });

  test('a secret has 160 bits, and its URL tells authenticators everything they need', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newSecret()).not.toBe(secret);
    const url = new URL(otpauthUrl(secret, 'ada@example.com'));
    expect(decodeURIComponent(url.pathname)).toContain('Souk:ada@example.com');
    expect(Object.fromEntries(url.searchParams)).toEqual({ issuer: 'Souk', secret, algorithm: 'SHA1', digits: '6', period: '30' });
  });
});
