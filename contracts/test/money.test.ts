import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import * as fc from 'fast-check';
import { add, AskedPrice, equals, formatMoney, LARGEST_PRICE, Money, MoneyError, Price, subtract, times } from '../src/money.ts';

const euros = (amount: number): Money => ({ amount, currency: 'EUR' });
const amounts = fc.integer({ min: 0, max: 2 ** 40 });

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('money adds up', () => {
  test('in any order, and subtracting undoes adding', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, (a, b, c) => {
        const [x, y, z] = [euros(a), euros(b), euros(c)];
        expect(add(x, y)).toEqual(add(y, x));
        expect(add(add(x, y), z)).toEqual(add(x, add(y, z)));
        expect(subtract(add(x, y), y)).toEqual(x);
      }),
    );
  });

  test('a multiple is the sum of its pieces', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 50 }), (amount, quantity) => {
        const pieces = Array.from({ length: quantity }, () => euros(amount));
        expect(times(euros(amount), quantity)).toEqual(pieces.reduce(add, euros(0)));
      }),
    );
  });

  test('is equal when amount and currency are', () => {
    expect(equals(euros(1), euros(1))).toBe(true);
    expect(equals(euros(1), euros(2))).toBe(false);
    expect(equals(euros(1), { amount: 1, currency: 'USD' })).toBe(false);
  });
});

describe('money refuses', () => {
  test('two currencies', () => {
    expect(codeOf(() => add(euros(1), { amount: 1, currency: 'USD' }))).toBe('mixed-currencies');
    expect(codeOf(() => subtract(euros(1), { amount: 1, currency: 'USD' }))).toBe('mixed-currencies');
  });

  test('amounts that cannot be kept exactly', () => {
    expect(codeOf(() => add(euros(Number.MAX_SAFE_INTEGER), euros(1)))).toBe('money-out-of-range');
    expect(codeOf(() => times(euros(Number.MAX_SAFE_INTEGER), 2))).toBe('money-out-of-range');
    expect(codeOf(() => times(euros(1), 0.5))).toBe('money-out-of-range');
  });

  test('amounts below zero', () => {
    expect(codeOf(() => subtract(euros(1), euros(2)))).toBe('money-out-of-range');
  });

  test.each([-1, 0.5, '1', null, Number.NaN, 2 ** 53])('the amount %p', (amount) => {
    expect(Value.Check(Money, { amount, currency: 'EUR' })).toBe(false);
  });

  test('prices that could make an order overflow', () => {
    expect(Value.Check(Price, euros(LARGEST_PRICE))).toBe(true);
    expect(Value.Check(Price, euros(LARGEST_PRICE + 1))).toBe(false);
    const line = times(euros(LARGEST_PRICE), 999);
    expect(times(line, 100).amount).toBeLessThan(2 ** 53);
  });
});

describe('money as text for people', () => {
  test.each([
    [{ amount: 1999, currency: 'EUR' }, '€19.99'],
    [{ amount: 5, currency: 'EUR' }, '€0.05'],
    [{ amount: 2000, currency: 'JPY' }, '¥2,000'],
    [{ amount: 0, currency: 'USD' }, '$0.00'],
    [{ amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' }, '€90,071,992,547,409.91'],
  ])('%j reads %s', (money, text) => expect(formatMoney(money)).toBe(text));

  test('has three digits where the currency has, and other languages', () => {
    expect(formatMoney({ amount: 1234, currency: 'BHD' })).toContain('1.234');
    expect(formatMoney({ amount: 123_456, currency: 'EUR' }, 'de')).toContain('1.234,56');
  });
});

describe('a price that somebody sets', () => {
  const asked = (currency: string) => Value.Check(AskedPrice, { amount: 100, currency });

  test.each(['XXX', 'XTS', 'XAU', 'XAG', 'XPT', 'XPD', 'XDR', 'XSU', 'XUA', 'XBA', 'CHE', 'CLF', 'USN', 'DEM', 'ITL', 'eur', 'EURO'])('is not in %s', (currency) => {
    expect(asked(currency)).toBe(false);
  });

  test.each(['EUR', 'USD', 'JPY', 'KWD', 'CLP', 'XOF', 'CHF'])('may be in %s', (currency) => expect(asked(currency)).toBe(true));

  test('can still be read in a currency that was accepted before', () => {
    expect([Price, Money].every((schema) => Value.Check(schema, { amount: 100, currency: 'XTS' }))).toBe(true);
  });
});
