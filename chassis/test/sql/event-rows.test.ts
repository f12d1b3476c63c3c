import { expect, test } from 'bun:test';
import type { EventsTable } from '../../src/sql/chassis-schema.ts';
import { EVENT_COLUMNS, eventFromRow, eventToValues } from '../../src/sql/event-rows.ts';

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

test('an event comes back from its row as it was written', () => {
  expect(eventToValues(eventFromRow(ROW))).toEqual(EVENT_COLUMNS.map((column) => ROW[column]));
});

test('where a later version has left the key and the correlation empty, they are the stream', () => {
  expect(eventFromRow({ ...ROW, message_key: '', correlation_id: '' })).toMatchObject({ key: 'order-1', correlationId: 'order-1' });
});
