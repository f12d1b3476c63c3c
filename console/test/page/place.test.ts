import { describe, expect, test } from 'bun:test';
import { isGone } from '../../src/page/api.ts';
import { filterQuery } from '../../src/page/orders.ts';
import { placeUrl, readPlace } from '../../src/page/place.ts';

const ID = '018f3c5e-7b1a-7c3e-8f00-000000000001';

describe('what a URL names', () => {
  test('is read as it was written', () => {
    const place = { status: 'placed', sku: 'a b&c', order: ID, view: 'raw', drawer: 'stock', item: '../x' } as const;
    expect(readPlace(placeUrl(place).slice(1))).toEqual(place);
  });

  test.each(['../users/me', `${ID}/../../ops/outbox`, `${ID}?a`, `${ID}#a`, '..', `${ID}%2f..`, 'x'.repeat(200)])('is no order that would lead to another path: %s', (order) => {
    expect(readPlace(`?${new URLSearchParams({ order })}`)).toEqual({});
  });

  test('is nothing of the prototypes of objects', () => {
    const place = readPlace('?__proto__=x&constructor=y&drawer=__proto__&view=constructor&status=toString');
    expect(place).toEqual({ status: 'toString' });
    expect(Object.getPrototypeOf(place)).toBe(Object.prototype);
  });
});

test('a 404 of the console itself does not mean that something is gone at its service', () => {
  const problem = { type: 'urn:souk:problem:not-found', title: 'There is nothing here', status: 404, detail: 'None.', requestId: 'r' };
  expect(isGone({ ...problem, instance: '/ops/parked/x/retry' })).toBe(true);
  expect(isGone(problem)).toBe(true);
  expect(isGone({ ...problem, instance: '/api/order/ops/parked/a%2Fb/retry' })).toBe(false);
  expect(isGone({ ...problem, status: 503 })).toBe(false);
});

test('a time that no calendar reaches back to is no filter', () => {
  for (const olderThan of ['1e300', '-1e300', 'Infinity', 'x']) expect(filterQuery({ olderThan }).placedBefore).toBeUndefined();
  expect(Date.parse(filterQuery({ olderThan: '60' }).placedBefore ?? '')).toBeLessThan(Date.now() - 59_000);
});
