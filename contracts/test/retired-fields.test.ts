import { expect, test } from 'bun:test';
import { asOfToday, fromLogMessage, toLogMessage } from '../src/log-message.ts';
import { unnamedPlaces, withoutUnnamed } from '../src/values-by-schema.ts';
import { TOPIC_NAMES, TOPICS } from '../src/topics.ts';
import { ADDRESS, EXAMPLES, exampleEvent } from './examples.ts';
import { goldenMessages } from './gate/published.ts';

const data = EXAMPLES['order.completed'];
const today = toLogMessage(exampleEvent('order.completed'));
const [version1] = goldenMessages('order.completed', 1);
if (version1 === undefined) throw new Error('there is no message of version 1');

test('an order.completed of version 1 is read as one of today: without the address that it told', () => {
  expect(version1.value).toContain(ADDRESS.line1);
  expect(fromLogMessage(version1)).toEqual(fromLogMessage({ ...version1, value: today.value, headers: { ...version1.headers, ce_schemaversion: '2' } }));
  expect(fromLogMessage(version1)).toMatchObject({ ok: true, event: { schemaVersion: 2, data: expect.not.objectContaining({ shippingAddress: ADDRESS }) } });
});

test.each([
  ['as version 1 sent it', version1],
  ['whose data are no event of that topic at all', { ...version1, value: JSON.stringify({ shippingAddress: ADDRESS, orderId: 7 }) }],
  ['that says it is of today', { ...version1, headers: today.headers }],
  ['that says nothing of its version', { ...version1, headers: {} }],
  ['with the name in escapes', { ...today, value: JSON.stringify({ ...data, shippingAddress: ADDRESS }).replace('shippingAddress', 'shipping\\u0041ddress') }],
])('of a message %s, nothing of the address is kept', (_how, message) => {
  const kept = asOfToday(message);
  for (const text of Object.values(ADDRESS)) expect(kept.value).not.toContain(text);
  expect(asOfToday(kept)).toBe(kept);
});

test('messages of the current version, of other topics and of later versions are kept as they are', () => {
  for (const message of [today, { ...today, topic: 'elsewhere' }, { ...today, headers: { ...today.headers, ce_schemaversion: '3' } }]) {
    expect(asOfToday(message)).toBe(message);
  }
  expect(fromLogMessage({ ...today, headers: { ...today.headers, ce_schemaversion: '3' } })).toEqual({ ok: false, cause: 'ce_schemaversion of order.completed is not 2 or less' });
});

test('fields that a contract does not name are found at any depth, and left out', () => {
  const schema = TOPICS['order.completed'].data;
  const more = { ...data, shippingAddress: ADDRESS, items: data.items.map((item) => ({ ...item, engraving: 'Zoë' })), total: { ...data.total, note: 'Z' } };
  expect(unnamedPlaces(schema, more)).toEqual(['/items/0/engraving', '/total/note', '/shippingAddress']);
  expect(withoutUnnamed(schema, more)).toEqual(data);
  for (const topic of TOPIC_NAMES) expect({ topic, unnamed: unnamedPlaces(TOPICS[topic].data, EXAMPLES[topic]) }).toEqual({ topic, unnamed: [] });
});
