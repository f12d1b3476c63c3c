import { expect, test } from 'bun:test';
import type { LogMessage } from '@souk/chassis/log/event-log';
import { personalLogged } from '../src/verify/read-facts.ts';
import { message, ofVersion1 } from './support/events.ts';
import { ADDRESS } from './support/ordering.ts';

const ORDER = Bun.randomUUIDv7();
const USER = Bun.randomUUIDv7();
const completed = message('order.completed', ORDER, { orderId: ORDER, userId: USER, items: [{ sku: 'LAMP', quantity: 1 }], total: { amount: 1250, currency: 'EUR' } });
const told: LogMessage = { ...completed, value: JSON.stringify({ ...(JSON.parse(completed.value) as object), shippingAddress: ADDRESS }) };

test('an event with fields that its contract does not name is found, with the place of the first one', () => {
  expect(personalLogged(told)).toEqual([{ topic: 'order.completed', id: completed.headers['ce_id'] ?? '', place: '/shippingAddress' }]);
});

test.each<[string, LogMessage]>([
  ['as it is written today', completed],
  ['of a version that was written before', ofVersion1(completed)],
  ['of somebody else, without the headers of an event', { ...told, headers: { note: 'mine' } }],
  ['of somebody else, who names no service of ours', { ...told, headers: { ...told.headers, ce_source: '/elsewhere' } }],
  ['of somebody else, whose bytes are no text', { ...told, binary: { value: btoa('\xe9') } }],
  ['that nobody can read', { ...told, value: '{' }],
])('nothing is reported for a message %s', (_, found) => {
  expect(personalLogged(found)).toEqual([]);
});
