import { expect, test } from 'bun:test';
import { assert, dictionary, property, string } from 'fast-check';
import { cutMessage } from '../../../src/engine/messaging/redacted-message.ts';

const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');
const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('a message that fits is shown whole', () => {
  const message = { topic: 'order.created', key: 'k', value: 'ก'.repeat(80_000), headers: { ce_id: '1' } };
  expect(cutMessage(message, 'unhandled')).toEqual(message);
});

test.each(['x', '\0', 'ก', '🦀', '\uD800', '"'])('a huge message of %j leads to an event below 400 KB that describes what was left out', (letter) => {
  const long = letter.repeat(1_000_000);
  const message = { topic: 'foreign', key: long, value: long, headers: { short: 'kept', [`${letter} name`]: long, last: 'kept' } };
  const told = cutMessage(message, 'unhandled');
  expect(jsonBytes(told)).toBeLessThan(400_000);
  expect(jsonBytes(told.value)).toBeGreaterThan(262_100);
  expect(message.value.startsWith(told.value)).toBe(true);
  expect(told.headers).toEqual({ short: 'kept' });
  const original = (text: string) => ({ bytes: Buffer.byteLength(text), sha256: sha256(text) });
  expect(told.cut).toEqual({ key: original(long), headers: original(JSON.stringify(message.headers)), value: original(long) });
});

test('bytes that are not text are shown as far as they are text, and described by their original size and hash', () => {
  const bytes = Buffer.alloc(3_000_000, 0xff);
  const headers = [{ name: 'eA==', value: bytes.toString('base64') }];
  const message = { topic: 't', key: '\uFFFD', value: '\uFFFD'.repeat(65_536), headers: { x: '\uFFFD' }, binary: { key: '/w==', value: bytes.toString('base64'), headers } };
  const told = cutMessage(message, 'unhandled');
  expect(jsonBytes(told)).toBeLessThan(400_000);
  expect(told).not.toHaveProperty('binary');
  expect(told).toMatchObject({ key: '\uFFFD', headers: { x: '\uFFFD' } });
  const headersText = JSON.stringify([message.headers, headers]);
  expect(told.cut).toEqual({
    key: { bytes: 1, sha256: new Bun.CryptoHasher('sha256').update(Buffer.from([0xff])).digest('hex') },
    headers: { bytes: headersText.length + 2, sha256: sha256(headersText) },
    value: { bytes: bytes.length, sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex') },
  });
});

test('an event too large to be sent is announced by a small one', () => {
  const message = { topic: 'product.updated', key: 'k', value: 'v'.repeat(2_000_000), headers: { ce_id: '1' } };
  expect(jsonBytes(cutMessage(message, 'unsent'))).toBeLessThan(1500);
});

test('a surrogate pair is never split', () => {
  assert(
    property(string({ unit: 'binary', minLength: 300, maxLength: 1500 }), dictionary(string(), string(), { maxKeys: 5 }), (value, headers) => {
      const told = cutMessage({ topic: 't', key: 'k', value, headers }, 'unsent');
      expect(told.value.isWellFormed()).toBe(true);
      expect(jsonBytes(told.value)).toBeLessThanOrEqual(1024);
    }),
    { numRuns: 30 },
  );
});
