import { expect, test } from 'bun:test';
import type { EventsTable } from '../../../src/stores/sql/chassis-schema.ts';
import { EVENT_COLUMNS, eventFromRow, eventToValues } from '../../../src/stores/sql/chassis-collections.ts';

const ROW: EventsTable = {
  lane: 'order-1',
  seq: 7,
  id: 'event-7',
  type: 'order.created',
  published: 1,
  message_key: 'key-1',
  stream: 'order-1',
  version: 1,
  at: 5,
  correlation_id: 'correlation-1',
  causation_id: null,
  traceparent: null,
  data: '{}',
  context: '{"cause":"x"}',
};

test('an event is read from its row as it was written', () => {
  expect(eventToValues(eventFromRow(ROW))).toEqual(EVENT_COLUMNS.map((column) => ROW[column]));
});

test('a key and a correlation that a later version has left out are the stream', () => {
  const left = { message_key: '', correlation_id: '' };
  expect(eventFromRow({ ...ROW, ...left, published: 7 })).toMatchObject({ published: true, key: 'order-1', correlationId: 'order-1' });
  expect(eventFromRow({ ...ROW, ...left, published: 6 })).toMatchObject({ published: false, key: 'order-1', correlationId: 'order-1' });
  expect(eventFromRow({ ...ROW, message_key: '', published: 3 })).toMatchObject({ published: true, key: 'order-1', correlationId: 'correlation-1' });
  expect(eventFromRow({ ...ROW, correlation_id: '', published: 5 })).toMatchObject({ published: true, key: 'key-1', correlationId: 'order-1' });
});

test('an empty key and an empty correlation, which foreign messages may have, stay empty', () => {
  expect(eventFromRow({ ...ROW, message_key: '', correlation_id: '' })).toMatchObject({ key: '', correlationId: '' });
});
