import { expect, test } from 'bun:test';
import { isSigned, signWebhook } from '../src/gateway/simulator-webhooks.ts';
import { NOW } from './builders.ts';

const text = '{"id":"evt_1" ,"ü":1}';
const body = Buffer.from(text);
const secrets = ['new-secret', 'old-secret'];
const header = signWebhook(text, { secret: 'new-secret', at: NOW });
const isGood = (value: string | null, bytes: Uint8Array = body, now = NOW) => isSigned(value, bytes, { secrets, now });

test('the header is the time and an HMAC-SHA-256 over time, dot and raw body', () => {
  const time = NOW / 1000;
  const mac = new Bun.CryptoHasher('sha256', 'new-secret').update(`${time}.${text}`).digest('hex');
  expect(header).toBe(`t=${time},v1=${mac}`);
  expect(isGood(header)).toBe(true);
});

test('during a rotation both secrets sign, one or both in a header; no third does', () => {
  const old = signWebhook(text, { secret: 'old-secret', at: NOW });
  expect(isGood(old)).toBe(true);
  expect(isGood(`${header.replace(/v1=../, 'v1=00')},${old.split(',')[1]}`)).toBe(true);
  expect(isGood(signWebhook(text, { secret: 'other', at: NOW }))).toBe(false);
});

test('it holds for 300 s in both directions', () => {
  for (const seconds of [300, -300]) expect(isGood(header, body, NOW + seconds * 1000)).toBe(true);
  for (const seconds of [301, -301]) expect(isGood(header, body, NOW + seconds * 1000)).toBe(false);
});

test.each<[string, string | null]>([
  ['none', null],
  ['an empty one', ''],
  ['without a time', header.split(',')[1] ?? ''],
  ['without a signature', header.split(',')[0] ?? ''],
  ['with two times', `t=1,${header}`],
  ['with another time', header.replace('t=', 't=1')],
  ['with a time that is not a number', header.replace(/t=\d+/, 't=NaN')],
  ['with a shortened signature', header.slice(0, -1)],
  ['with a longer signature', `${header}0`],
  ['of another version', header.replace('v1', 'v0')],
])('a header is refused: %s', (_, value) => {
  expect(isGood(value)).toBe(false);
});

test('one changed byte makes another body, even if its meaning is the same', () => {
  expect(isGood(header, Buffer.from(text.replace(' ,', ',')))).toBe(false);
  expect(isGood(header, Buffer.from(`${text}\n`))).toBe(false);
});
