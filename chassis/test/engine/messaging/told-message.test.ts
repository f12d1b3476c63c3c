import { expect, test } from 'bun:test';
import { cutMessage, toldMessage } from '../../../src/engine/messaging/redacted-message.ts';

const headers = { ce_id: '1', ce_type: 'order.cancelled', 'content-type': 'application/json' };
const data = { orderId: 'o-1', userId: 'u-1', reason: 'cancelled_by_customer' };
const sound = { topic: 'order.cancelled', key: 'o-1', value: JSON.stringify(data), headers };

test('a message of our own is told whole', () => {
  expect(cutMessage(sound, 'unhandled', toldMessage(sound))).toEqual(sound);
});

test('of a foreign message the log is told the fields that its topic names, and the size of the rest', () => {
  const message = { ...sound, value: JSON.stringify({ ...data, customer: 'Zoë Müller' }), headers: { ...headers, user: 'zoe@example.com' } };
  const told = cutMessage(message, 'unhandled', toldMessage(message));
  expect(JSON.stringify(told)).not.toMatch(/Zoë|zoe/);
  expect(told).toMatchObject({ ...sound, cut: { value: { bytes: Buffer.byteLength(message.value) }, headers: { bytes: expect.any(Number) } } });
});

test.each(['{"customer":"Zoë Müller', '"Zoë Müller"', 'null', ''])('nothing is told of the value %j', (value) => {
  expect(toldMessage({ ...sound, value }).value).toBe('');
});

test('of a message with an unknown topic only topic and key are told', () => {
  expect(toldMessage({ topic: 'elsewhere', key: 'k', value: '{"name":"Zoë"}', headers: {} })).toEqual({ topic: 'elsewhere', key: 'k', value: '', headers: {} });
});
