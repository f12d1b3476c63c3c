import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { ShippingAddress } from '../src/address.ts';
import { isSku, isUuid, Sku, UtcTime, Uuid } from '../src/strings.ts';
import { Currency } from '../src/money.ts';
import { RegisterUser } from '../src/http/user.ts';
import { ADDRESS } from './examples.ts';

describe('ids', () => {
  const uuids = ['0198c0de-7a11-7c3e-8f00-00000000000a', 'F47AC10B-58CC-4372-A567-0E02B2C3D479'];
  test.each(uuids)('%s is a UUID', (text) => {
    expect(isUuid(text)).toBe(true);
    expect(Value.Check(Uuid, text)).toBe(true);
  });

  test.each([
    '',
    'order-1',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '0198c0de-7a11-7c3e-cf00-00000000000a',
    '0198c0de7a117c3e8f0000000000000a',
    '0198c0de-7a11-7c3e-8f00-00000000000a\n',
  ])('%j is not a UUID', (text) => {
    expect(isUuid(text)).toBe(false);
    expect(Value.Check(Uuid, text)).toBe(false);
  });

  test.each(['A', 'mug_blue-1.0', 'x'.repeat(64)])('%s is a SKU', (text) => {
    expect(isSku(text)).toBe(true);
    expect(Value.Check(Sku, text)).toBe(true);
  });

  test.each(['', 'x'.repeat(65), 'mug blue', 'mug/1', 'größe', 'MUG\n'])('%j is not a SKU', (text) => {
    expect(isSku(text)).toBe(false);
    expect(Value.Check(Sku, text)).toBe(false);
  });
});

describe('times', () => {
  test.each([
    '2026-11-22T10:15:30Z',
    '2026-11-22T10:15:30.123456789Z',
    '2024-02-29T23:59:59.9Z',
    '2000-02-29T00:00:00Z',
  ])('%s is a time', (text) => expect(Value.Check(UtcTime, text)).toBe(true));

  test.each([
    '2026-11-22',
    '2026-11-22T10:15:30',
    '2026-11-22T10:15:30+01:00',
    '2026-02-29T10:15:30Z',
    '1900-02-29T10:15:30Z',
    '2026-04-31T10:15:30Z',
    '2026-13-01T10:15:30Z',
    '2026-00-01T10:15:30Z',
    '2026-01-00T10:15:30Z',
    '2026-01-01T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-11-22t10:15:30z',
  ])('%s is refused', (text) => expect(Value.Check(UtcTime, text)).toBe(false));

  test('the clock\'s own form is a time', () => {
    expect(Value.Check(UtcTime, new Date(1_795_342_530_000).toISOString())).toBe(true);
  });
});

const withEmail = (email: string) => ({ email, password: 'correct horse', name: 'Zoë' });

describe('e-mail addresses', () => {
  test.each(['a@example.com', 'first.last+tag@shop.example.co.uk', "o'neil@example.org"])('%s is accepted', (email) => {
    expect(Value.Check(RegisterUser, withEmail(email))).toBe(true);
  });

  test.each([
    '',
    'a',
    'example.com',
    'a@b',
    'a@b@example.com',
    '@example.com',
    'a b@example.com',
    'a@-x.com',
    'a@example..com',
    `a@${'x.'.repeat(130)}com`,
  ])('%j is refused', (email) => expect(Value.Check(RegisterUser, withEmail(email))).toBe(false));
});

describe('currencies and countries', () => {
  test('only codes that exist are accepted', () => {
    expect(['EUR', 'JPY', 'BHD'].every((code) => Value.Check(Currency, code))).toBe(true);
    expect(['eur', 'EU', 'QQQ', 'EURO', ''].some((code) => Value.Check(Currency, code))).toBe(false);
  });

  test('there are 249 countries', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
    const codes = letters.flatMap((first) => letters.map((second) => first + second));
    const taken = codes.filter((country) => Value.Check(ShippingAddress, { ...ADDRESS, country }));
    expect(taken).toHaveLength(249);
    expect(Value.Check(ShippingAddress, { ...ADDRESS, country: 'at' })).toBe(false);
  });
});
