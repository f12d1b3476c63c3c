import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { fromLogMessage, type LogMessage, toLogMessage } from '../src/log-message.ts';
import { eventSource, SERVICES } from '../src/services.ts';
import { TOPIC_NAMES, TOPICS } from '../src/topics.ts';
import { AT, EXAMPLES, exampleEvent, ID, orderCreated, OTHER_ID } from './examples.ts';
import { growth } from './growth.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const events = fc
  .record({
    id: fc.uuid(),
    type: fc.constantFrom(...TOPIC_NAMES),
    time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(2 ** 42) }).map((date) => date.toISOString()),
    subject: fc.string({ unit: 'grapheme', maxLength: 64 }),
    correlationId: fc.uuid(),
    causationId: fc.option(fc.uuid()),
    aggregateVersion: fc.integer({ min: 1, max: 1e9 }),
    traceparent: fc.constantFrom(null, TRACE),
  })
  .map((attributes) => ({ ...attributes, source: eventSource(TOPICS[attributes.type].madeBy), schemaVersion: TOPICS[attributes.type].version, data: EXAMPLES[attributes.type] }));

describe('an event survives the log', () => {
  test('whatever its attributes are', () => {
    fc.assert(
      fc.property(events, (event) => {
        const read: unknown = fromLogMessage(toLogMessage(event));
        expect(read).toEqual({ ok: true, event });
      }),
    );
  });

  test('in every topic', () => {
    for (const topic of TOPIC_NAMES) expect(fromLogMessage(toLogMessage(exampleEvent(topic))).ok).toBe(true);
  });

  test('with data fields it does not know yet', () => {
    const message = toLogMessage(orderCreated());
    const read = fromLogMessage({ ...message, value: JSON.stringify({ ...EXAMPLES['order.created'], gift: true }) });
    expect(read).toMatchObject({ ok: true, event: { data: { gift: true } } });
  });
});

describe('on the wire it is a CloudEvent 1.0 in Kafka binary mode', () => {
  test('attributes in headers, data alone in the value, subject as key', () => {
    const message = toLogMessage(orderCreated({ causationId: OTHER_ID, traceparent: TRACE }));
    expect(message).toEqual({
      topic: 'order.created',
      key: ID,
      value: JSON.stringify(EXAMPLES['order.created']),
      headers: {
        ce_specversion: '1.0',
        ce_id: OTHER_ID,
        ce_type: 'order.created',
        ce_source: '/souk/order',
        ce_subject: ID,
        ce_time: AT,
        ce_schemaversion: '1',
        ce_correlationid: ID,
        ce_causationid: OTHER_ID,
        ce_aggregateversion: '1',
        'content-type': 'application/json',
        traceparent: TRACE,
      },
    });
  });

  test('attribute names are lower-case letters and digits, no value is empty', () => {
    fc.assert(
      fc.property(events, (event) => {
        for (const [name, value] of Object.entries(toLogMessage(event).headers)) {
          expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type|traceparent)$/);
          expect(value).not.toBe('');
        }
      }),
    );
  });
});

function causeOf(message: LogMessage): string {
  const read = fromLogMessage(message);
  return read.ok ? 'none' : read.cause;
}

describe('a message that is no event of Souk is refused with its cause', () => {
  const good = toLogMessage(orderCreated());
  const without = (name: string): LogMessage => {
    const { [name]: _, ...headers } = good.headers;
    return { ...good, headers };
  };
  const withHeader = (name: string, value: string) => ({ ...good, headers: { ...good.headers, [name]: value } });

  test.each(Object.keys(good.headers))('%s is missing', (name) => expect(causeOf(without(name))).toContain(name));

  test.each([
    ['ce_specversion', '0.3'],
    ['ce_id', '17'],
    ['ce_type', 'order.exploded'],
    ['ce_type', 'constructor'],
    ['ce_type', 'order.completed'],
    ['ce_source', '/souk/payment'],
    ['ce_source', '/souk/order/'],
    ['ce_time', 'yesterday'],
    ['ce_subject', OTHER_ID],
    ['ce_schemaversion', '2'],
    ['ce_schemaversion', '01'],
    ['ce_aggregateversion', '0'],
    ['ce_aggregateversion', '1.5'],
    ['ce_correlationid', ''],
    ['ce_causationid', ''],
    ['content-type', 'application/avro'],
  ])('%s is %j', (name, value) => expect(causeOf(withHeader(name, value))).toContain(name));

  test.each(['ce_correlationid', 'ce_causationid', 'ce_subject'])('%s is longer than any id', (name) => {
    const long = 'x'.repeat(256);
    const message = name === 'ce_subject' ? { ...withHeader(name, long), key: long } : withHeader(name, long);
    expect(causeOf(message)).toContain('more than 255 characters');
  });

  test.each(['', '{', 'null', '[]', '"x"', '{}'])('the value is %j', (value) => {
    expect(causeOf({ ...good, value })).toMatch(/^the (value is not JSON|data does not fit order\.created: )/);
  });

  test('the cause names the field and not its content', () => {
    const value = JSON.stringify({ ...EXAMPLES['order.created'], userId: 'secret' });
    const cause = "the data does not fit order.created: /userId Expected string to match 'uuid' format";
    expect(causeOf({ ...good, value })).toBe(cause);
  });

  test('any headers and any value give a result, never an exception', () => {
    const headers = fc.dictionary(fc.constantFrom(...Object.keys(good.headers)), fc.string());
    fc.assert(
      fc.property(headers, fc.string(), (some, value) => {
        expect(typeof fromLogMessage({ ...good, value, headers: { ...good.headers, ...some } }).ok).toBe('boolean');
      }),
    );
  });
});

test('an invalid trace is dropped, and its event is kept', () => {
  const message = toLogMessage(orderCreated({ traceparent: 'broken' }));
  expect(fromLogMessage(message)).toMatchObject({ ok: true, event: { traceparent: null } });
});

test('writing and reading an event take time in proportion to its size', () => {
  const item = { sku: 'CUP-1', quantity: 1 };
  const total = { amount: 100, currency: 'EUR' };
  const withLines = (lines: number) => orderCreated({ data: { orderId: ID, userId: OTHER_ID, items: Array.from({ length: lines }, () => item), total } });
  const large = new Map([50, 400].map((lines) => [lines, withLines(lines)]));
  const writeAndRead = (lines: number) => {
    for (let round = 0; round < 20; round += 1) {
      const read = fromLogMessage(toLogMessage(large.get(lines) ?? orderCreated()));
      if (!read.ok) throw new Error(read.cause);
    }
  };
  expect(growth(writeAndRead, 50)).toBeLessThan(30);
});

describe('a message that is not all UTF-8', () => {
  const sound = toLogMessage(orderCreated());
  const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
  const cause = (binary: NonNullable<LogMessage['binary']>) => {
    const read = fromLogMessage({ ...sound, binary });
    return read.ok ? 'none' : read.cause;
  };

  test('is refused when such a part is read here, although its replacement text would pass', () => {
    expect(cause({ key: base64('\xff') })).toBe('the key is not UTF-8');
    expect(cause({ value: base64('{"a":"\xe9"}') })).toBe('the value is not UTF-8');
    expect(cause({ headers: [{ name: base64('other'), value: base64('\xff') }, { name: base64('ce_source'), value: base64('\xff') }] })).toBe('ce_source is not UTF-8');
  });

  test('is read when such parts are headers that nobody reads', () => {
    expect(cause({ headers: [{ name: base64('uber-trace-id'), value: base64('\xff') }, { name: base64('\xff'), value: base64('x') }] })).toBe('none');
  });
});

describe('an event from a service that does not make its type', () => {
  test.each([...SERVICES].filter((service) => service !== 'order').map((service) => [eventSource(service), service] as const))('is refused: %s', (source, forgedBy) => {
    const { headers, ...message } = toLogMessage(orderCreated());
    const read = fromLogMessage({ ...message, headers: { ...headers, ce_source: source } });
    expect(read).toEqual({ ok: false, cause: 'ce_source of order.created is not /souk/order', forgedBy });
  });

  test('is from `somebody` when its source is no service of Souk', () => {
    const { headers, ...message } = toLogMessage(orderCreated());
    for (const source of ['/souk/order/', 'urn:souk:order', '/souk/ORDER']) {
      expect(fromLogMessage({ ...message, headers: { ...headers, ce_source: source } })).toMatchObject({ ok: false, forgedBy: 'somebody' });
    }
  });
});
