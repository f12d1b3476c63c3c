import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { type AskedAddress, AskedAddress as Schema, ShippingAddress } from '../src/address.ts';
import { addressRules } from '../src/address-rules.ts';

const { read, readChanges } = await addressRules();

const LANE = { name: 'Zoë', line1: 'Lange Gasse 1', city: 'Hier' };
const inCountry = (country: string, change: Partial<AskedAddress> = {}): AskedAddress => ({ ...LANE, country, ...change });
const judged = (address: AskedAddress) => {
  const answer = read(address, '/shippingAddress');
  return answer.ok ? answer.value : answer.errors;
};

describe('an address without a postal code', () => {
  test.each(['HK', 'AE', 'QA', 'PA', 'BS', 'UG', 'AO', 'FJ', 'GH', 'JM', 'ZW', 'IE', 'CL', 'NG', 'VN'])('is accepted in %s, where there are none or few people know theirs', (country) => {
    expect(judged(inCountry(country))).toEqual(inCountry(country));
    expect(Value.Check(Schema, inCountry(country))).toBe(true);
  });

  test.each(['DE', 'US', 'GB', 'AT', 'FR', 'NL', 'JP', 'CA', 'IN', 'BR'])('is refused in %s, and the sentence says why', (country) => {
    expect(judged(inCountry(country))).toEqual([
      { pointer: '/shippingAddress/postalCode', detail: expect.stringContaining(`(${country}) need a postal code`) },
    ]);
  });
});

describe('a postal code', () => {
  test.each([
    ['DE', '10115'], ['US', '94103'], ['US', '94103-1234'], ['GB', 'SW1A 1AA'], ['GB', 'sw1a1aa'], ['NL', '1012 AB'], ['CA', 'K1A 0B1'],
    ['JP', '１００-０００１'], ['IE', 'D02 AF30'], ['AT', ' 1080 '], ['KP', 'any'], ['HK', '00000'], ['IN', '110 001'], ['CO', '110111'],
  ])('of %s may be %j', (country, postalCode) => {
    expect(judged(inCountry(country, { postalCode }))).toEqual(inCountry(country, { postalCode }));
  });

  test.each([['DE', '1011'], ['DE', 'SW1A 1AA'], ['US', '9410'], ['GB', '10115'], ['CA', '10115'], ['IE', '10115']])('of %s is not %j', (country, postalCode) => {
    expect(judged(inCountry(country, { postalCode }))).toEqual([
      { pointer: '/shippingAddress/postalCode', detail: expect.stringMatching(/^is not a postal code of /) },
    ]);
  });
});

describe('a telephone number', () => {
  test.each([
    ['HK', '+86 138 3456 0007', '+8613834560007'],
    ['HK', '+49 151 23456001', '+4915123456001'],
    ['DE', '0151 23456001', '+4915123456001'],
    ['DE', '+49 (0)30 / 1234567', '+49301234567'],
    ['GB', '0049 30 1234567', '+49301234567'],
    ['US', '(212) 555-0100', '+12125550100'],
    ['IT', '06 1234 5678', '+390612345678'],
    ['AE', '٠٥٠ ١٢٣ ٤٥٦٧', '+971501234567'],
    ['AQ', '+672 1 12345', '+672112345'],
    ['DE', '＋４９ １５１ ２３４５６００１', '+4915123456001'],
    ['DE', '\u202a+49 151 23456001\u202c', '+4915123456001'],
  ])('given in %s as %j is kept as %s', (country, phone, kept) => {
    const address = inCountry(country, { phone, postalCode: CODES[country] ?? 'any' });
    expect(judged(address)).toEqual({ ...address, phone: kept });
    expect(Value.Check(Schema, address)).toBe(true);
    expect(Value.Check(ShippingAddress, judged(address))).toBe(true);
  });

  test.each([['DE', '12'], ['DE', '+49 1'], ['DE', '+999 123456'], ['US', '4242 4242 4242 4242'], ['US', '+1 555 0100'], ['US', 'call me'], ['US', '212 555 0100 ext 5'], ['AQ', '2345678']])(
    'given in %s is not %j, and the sentence says what would be one',
    (country, phone) => {
      expect(judged(inCountry(country, { phone, postalCode: CODES[country] ?? 'any' }))).toEqual([
        { pointer: '/shippingAddress/phone', detail: expect.stringMatching(/^must be a telephone number, with \+ .*\(\w\w\)$/) },
      ]);
    },
  );
});

const CODES: Readonly<Record<string, string>> = { DE: '10115', GB: 'SW1A 1AA', US: '94103', IT: '00184' };

describe('changes to an address', () => {
  test('are checked by the rules of the country it has afterwards', () => {
    expect(readChanges({ country: 'DE', postalCode: '10115' }, { phone: '030 1234567' })).toEqual({ ok: true, value: { phone: '+49301234567' } });
    expect(readChanges({ country: 'DE', postalCode: '10115' }, { country: 'IT', phone: '06 1234 5678' })).toMatchObject({ ok: true, value: { phone: '+390612345678' } });
    expect(readChanges({ country: 'DE', postalCode: '10115' }, { country: 'GB' })).toMatchObject({ ok: false, errors: [{ pointer: '/postalCode' }] });
    expect(readChanges({ country: 'DE', postalCode: '10115' }, { country: 'HK', postalCode: null })).toMatchObject({ ok: true });
    expect(readChanges({ country: 'DE', postalCode: '10115' }, { postalCode: null })).toMatchObject({ ok: false, errors: [{ pointer: '/postalCode' }] });
  });

  test('leave alone fields that were accepted under an older rule and do not change', () => {
    const old = { country: 'DE', postalCode: 'unknown' };
    expect(readChanges(old, { phone: null })).toEqual({ ok: true, value: { phone: null } });
    expect(readChanges(old, { phone: '030 1234567' })).toMatchObject({ ok: true });
  });
});
