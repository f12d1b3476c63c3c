import { describe, expect, test } from 'bun:test';
import { CreateAddress, RegisterUser } from '@souk/contracts/http/user';
import { closed, nullable, oneOf, personal } from '@souk/contracts/schema';
import { toLogMessage } from '@souk/contracts/log-message';
import { FreeText } from '@souk/contracts/strings';
import { createLogger, redacted } from '../../src/telemetry/logging.ts';
import { redactedMessage } from '../../src/engine/messaging/redacted-message.ts';

const ADDRESS = { name: 'Zoë Müller', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT', phone: '+4312345678' };

describe('a log line', () => {
  function logged(fields: object): string {
    let written = '';
    createLogger({ service: 'user', level: 'info', destination: { write: (line) => (written += line) } }).info(fields, 'seen');
    return written;
  }

  test('has no field that a contract marks as personal or secret, at any depth and in errors', () => {
    const person = { email: 'zoe@example.com', password: 'correct horse', name: 'Zoë Müller' };
    expect(Object.keys(person).filter((name) => !(name in RegisterUser.properties))).toEqual([]);
    const error = Object.assign(new Error('no room'), { body: { shippingAddress: ADDRESS }, code: 'full' });
    const line = logged({ orderId: 'o-1', request: { body: person, lines: [{ sku: 'MUG', to: [ADDRESS] }] }, err: error });
    expect(line).not.toMatch(/Zoë|zoe@|horse|Gasse|Wien|1080|\+43/);
    expect(JSON.parse(line)).toMatchObject({
      orderId: 'o-1',
      request: { body: { email: '[redacted]' }, lines: [{ sku: 'MUG', to: [{ country: 'AT', line1: '[redacted]' }] }] },
      err: { type: 'Error', message: 'no room', code: 'full', body: { shippingAddress: { country: 'AT', city: '[redacted]' } } },
    });
  });

  test('shows a reason that is plain text as it is', () => {
    expect(JSON.parse(logged({ err: 'the value is not JSON' }))).toMatchObject({ err: 'the value is not JSON' });
  });

  test('goes by the mark: a newly marked field is withheld without any other change', () => {
    const asked = { ...CreateAddress.properties, doorCode: personal(FreeText) };
    expect(redacted({ doorCode: '4711' })).toEqual({ doorCode: '4711' });
    closed(asked);
    expect(redacted({ doorCode: '4711', gate: { doorCode: null } })).toEqual({ doorCode: '[redacted]', gate: { doorCode: null } });
  });

  test('has no such field of an error inside an error either', () => {
    const inner = Object.assign(new TypeError('no room'), { email: 'zoe@example.com' });
    const line = logged({ err: Object.assign(new AggregateError([inner], 'all of them'), { originalError: inner }), seen: [{ inner }] });
    expect(line).not.toContain('zoe@');
    expect(JSON.parse(line).err).toMatchObject({ aggregateErrors: [{ message: 'no room' }], originalError: { type: 'TypeError', message: 'no room' } });
  });

  test('shows why: causes that are text, and reasons that a contract lists', () => {
    const asked = { whyNot: personal(FreeText) };
    closed(asked);
    closed({ whyNot: nullable(oneOf('sold_out', 'too_late')) });
    const told = { err: 'key-mismatch', answer: { whyNot: 'sold_out' }, free: { whyNot: 'Zoë is ill' } };
    expect(JSON.parse(logged(told))).toMatchObject({ ...told, free: { whyNot: '[redacted]' } });
  });

  test('with nothing to hide is written unchanged', () => {
    const fields = { orderId: 'o-1', ms: 3, places: ['/a', '/b'], at: new Date(0), err: new Error('no room') };
    expect(redacted(fields)).toBe(fields);
  });
});

describe('a message that is shown to others', () => {
  const event = {
    id: '0198c0de-7a11-7c3e-8f00-00000000000b',
    type: 'order.completed' as const,
    source: '/souk/order',
    time: '2026-11-22T10:15:30.123Z',
    subject: 'o-1',
    schemaVersion: 2,
    correlationId: 'o-1',
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data: { orderId: 'o-1', userId: 'u-1', items: [{ sku: 'MUG', quantity: 1 }], total: { amount: 1, currency: 'EUR' } },
  };
  /** As an earlier version sent it. */
  const message = { ...toLogMessage(event), value: JSON.stringify({ ...event.data, shippingAddress: ADDRESS }) };

  test('tells what happened and not to whom', () => {
    const shown = redactedMessage(message);
    expect(shown.value).not.toMatch(/Zoë|Gasse|Wien|1080|\+43/);
    expect(JSON.parse(shown.value)).toEqual(event.data);
    expect({ ...shown, value: message.value }).toEqual(message);
  });

  test.each(['{"shippingAddress":{"name":"Zoë', 'null', '"Zoë Müller"'])('shows nothing of %j, whose personal fields cannot be told apart', (value) => {
    expect(redactedMessage({ ...message, value }).value).toBe(`[${value.length} characters that may be personal]`);
  });

  test('shows no bytes of a value that is not text, because they may be personal, and all bytes of key and headers', () => {
    const value = message.value.replace('Zoë', 'Zo\uFFFD');
    const binary = { key: '/w==', value: Buffer.from(message.value, 'latin1').toString('base64') };
    expect(redactedMessage({ ...message, value, binary })).toEqual({ ...redactedMessage(message), binary: { key: '/w==' } });
    expect(redactedMessage({ ...message, value, binary: { value: '/w==' } })).not.toHaveProperty('binary');
    const other = { ...message, topic: 'product.created', binary };
    expect(redactedMessage(other)).toEqual(other);
  });

  test('of a topic without personal fields, or of an unknown topic, is shown unchanged', () => {
    for (const topic of ['product.created', 'nowhere']) {
      const other = { ...message, topic, value: '{"title":"Mug' };
      expect(redactedMessage(other)).toBe(other);
    }
  });
});
