import { expect, test } from 'bun:test';
import { PlaceOrder } from '@souk/contracts/http/order';
import { refuseCardNumbers } from '../../src/web/problems/field-errors.ts';

function refusedIn(address: object): readonly string[] {
  try {
    refuseCardNumbers(PlaceOrder, { shippingAddress: address });
    return [];
  } catch (error) {
    return (error as { details: { errors: readonly { pointer: string }[] } }).details.errors.map(({ pointer }) => pointer);
  }
}

test('a card number that is split over fields of digits alone is refused, and the fields are named', () => {
  expect(refusedIn({ name: 'Zoë', line1: '4242 4242', line2: '４２４２ 4242', city: 'Wien', country: 'AT' })).toEqual(['/shippingAddress/line1', '/shippingAddress/line2']);
});

test('digits that together are no card number are accepted, and so are digits among words', () => {
  expect(refusedIn({ name: 'Zoë', line1: '4242 4242', line2: '4242 4243', city: 'Wien', country: 'AT' })).toEqual([]);
  expect(refusedIn({ name: 'Zoë', line1: 'House 42424242', line2: '42424242', city: 'Wien', country: 'AT' })).toEqual([]);
  expect(refusedIn({ name: 'Zoë', line1: 'Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' })).toEqual([]);
});
