import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import { isEmailAddress, normalisedEmail } from '../src/email.ts';
import { RegisterUser, User } from '../src/http/user.ts';

const LOCAL = 'x'.repeat(64);
/** A domain of so many octets. */
const domain = (length: number) => `${`${'d'.repeat(49)}.`.repeat(4).slice(0, length - 3)}com`;

describe('the one form of an address', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com\t', 'ada@example.com'],
    ['ADA+shop@example.com', 'ada+shop@example.com'],
    // full-width letters, and the Kelvin sign, which looks like a K
    ['ａｄａ＠example。com', 'ada@example.com'],
    ['\u212Aim@example.com', 'kim@example.com'],
    // one letter with an accent, and a letter followed by an accent
    ['zo\u00EB@example.com', 'zoe\u0308@example.com'.normalize('NFC')],
    ['info@Español.com', 'info@xn--espaol-zwa.com'],
    ['info@xn--espaol-zwa.com', 'info@xn--espaol-zwa.com'],
    ['post@stra\u00DFe.de', 'post@xn--strae-oqa.de'],
    ['a@例え。テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ['иван@пример.рф', 'иван@xn--e1afmkfd.xn--p1ai'],
    // read as a host of a URL these would become others' domains
    ['a@x.org/', 'a@x.org/'],
    ['a@%61.org', 'a@%61.org'],
    ['a@x.org#y', 'a@x.org#y'],
    ['nobody', 'nobody'],
  ])('of %p is %p', (address, form) => {
    expect(normalisedEmail(address)).toBe(form);
  });

  test('does not change when it is normalised again, for every character alone and under an accent', () => {
    const all = Array.from({ length: 0x110000 }, (_, at) => String.fromCodePoint(at));
    const changing = all.flatMap((one) => [one, `${one}\u030C`, `${one}\u0301`]).filter((text) => normalisedEmail(normalisedEmail(text)) !== normalisedEmail(text));
    expect(changing).toEqual([]);
  }, 30_000);

  test('does not change when it is normalised again', () => {
    const text = fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,40}$/), fc.string({ unit: 'grapheme' }));
    fc.assert(fc.property(text, (any) => normalisedEmail(normalisedEmail(any)) === normalisedEmail(any)));
  });
});

describe('an address', () => {
  test.each([
    'a@x.org',
    ' a@x.org ',
    'first.last+tag@shop.example.co.uk',
    "!#$%&'*+/=?^_`{|}~-@example.org",
    'info@español.com',
    'a@пример.рф',
    `${LOCAL}@x.org`,
    `${LOCAL}@${domain(189)}`,
  ])('may be %p', (address) => {
    expect(isEmailAddress(address)).toBe(true);
  });

  test.each([
    'a..b@x.org', '.a@x.org', 'a.@x.org', '.@x.org', '@x.org', '"a b"@x.org', 'a b@x.org', 'иван@x.org', 'a@@x.org',
    'a@x', 'a@.org', 'a@x..org', 'a@x.org.', 'a@-x.org', 'a@x-.org', 'a@x_y.org', 'a@1.2.3.4', 'a@[1.2.3.4]', 'a@x.org/', 'a@%61.org',
    'a@xn--a.com', 'a@x.o', 'a@x y.org', 'a@x.org:25', '', '@', 'a', `x${LOCAL}@x.org`, `${LOCAL}@${domain(190)}`, `a@${'d'.repeat(64)}.org`,
  ])('may not be %p', (address) => {
    expect(isEmailAddress(address)).toBe(false);
  });

  test('that was registered under an older rule can still be answered', () => {
    expect(Value.Check(User.properties.email, 'a..b@x.org')).toBe(true);
    expect(Value.Check(RegisterUser.properties.email, 'a..b@x.org')).toBe(false);
  });
});
