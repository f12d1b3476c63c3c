import { expect, test } from 'bun:test';
import { Payment, PaymentMethod, Refund } from '@souk/contracts/http/payment';
import { holdsPersonal } from '@souk/contracts/schema';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';

test('the only personal data that Payment keeps are payment methods, which are removed entirely when their user leaves', () => {
  expect([PaymentMethod, Payment, Refund].map(holdsPersonal)).toEqual([true, false, false]);
  const told = TOPIC_NAMES.filter((topic) => TOPICS[topic].madeBy === 'payment' && holdsPersonal(TOPICS[topic].data));
  expect(told).toEqual([]);
});
