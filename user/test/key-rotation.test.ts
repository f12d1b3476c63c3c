import { describe, expect, test } from 'bun:test';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import type { Jwks, SigningKeyRotation } from '@souk/contracts/http/session';
import { KEY_RING, type KeyRing, keysAt, rotated } from '../src/domain/stored-keys.ts';
import { newSigningKey } from '../src/tokens/signing-key.ts';
import { runUsers } from './running-users.ts';

const NOW = 1_800_000_000_000;
const [one, two, three] = [await newSigningKey(), await newSigningKey(), await newSigningKey()];
const kids = (ring: KeyRing, now: number) => keysAt(ring, now).map(({ kid }) => kid);
const ring: KeyRing = { id: KEY_RING, keys: [one] };

describe('a ring of keys', () => {
  test('publishes the next key before it signs, and the previous one as long as its tokens may live', () => {
    const both = rotated(ring, two, NOW) ?? ring;
    expect(kids(both, NOW)).toEqual([one.kid, two.kid]);
    expect(kids(both, NOW + 29_999)).toEqual([one.kid, two.kid]);
    expect(kids(both, NOW + 30_000)).toEqual([two.kid, one.kid]);
    expect(kids(both, NOW + 930_000)).toEqual([two.kid, one.kid]);
    expect(kids(both, NOW + 990_000)).toEqual([two.kid]);
  });

  test('has two keys at most, and drops those that have expired', () => {
    const both = rotated(ring, two, NOW) ?? ring;
    expect(rotated(both, three, NOW + 60_000)).toBeUndefined();
    const next = rotated(both, three, NOW + 990_000);
    expect(next?.keys.map(({ kid }) => kid)).toEqual([two.kid, three.kid]);
  });
});

describe('POST /signing-keys', () => {
  test('rotates for admins: both keys are published at once, earlier tokens stay valid, verifiers find the new key', async () => {
    const users = await runUsers();
    const as = (await users.signInAdmin()).accessToken;
    const remote = remoteKeys({ url: `${users.url}/.well-known/jwks.json`, coolDownMs: 0 });
    const published = async () => (await users.send<Jwks>('GET', '/.well-known/jwks.json')).body.keys.map(({ kid }) => kid);
    const [old = ''] = await published();
    expect(await remote.key(old, 'EdDSA')).toBeDefined();
    expect((await users.send('POST', '/signing-keys')).status).toBe(401);
    expect((await users.send('POST', '/signing-keys', { as: (await users.signedIn()).tokens.accessToken })).status).toBe(403);
    const { status, body } = await users.send<SigningKeyRotation>('POST', '/signing-keys', { as });
    expect(status).toBe(201);
    expect(await published()).toEqual([old, body.kid]);
    expect(await remote.key(body.kid, 'EdDSA')).toBeDefined();
    expect((await users.send('GET', '/users/me', { as })).status).toBe(200);
    expect((await users.send('POST', '/signing-keys', { as })).status).toBe(409);
    await users.close();
  });

  test('409 when the key is a setting', async () => {
    const users = await runUsers({ signingKey: one });
    const as = (await users.signInAdmin()).accessToken;
    expect((await users.send('POST', '/signing-keys', { as })).status).toBe(409);
    await users.close();
  });
});

test('a leaked key is ended by setting another one: other services drop it with the first token of the new one', async () => {
  using folder = temporaryFolder();
  const before = await runUsers({ folder });
  const leaked = (await before.signInAdmin()).accessToken;
  const remote = remoteKeys({ url: `${before.url}/.well-known/jwks.json`, coolDownMs: 0 });
  const [kid = ''] = (await before.send<Jwks>('GET', '/.well-known/jwks.json')).body.keys.map((key) => key.kid);
  expect(await remote.key(kid, 'EdDSA')).toBeDefined();
  const port = Number(new URL(before.url).port);
  await before.close();

  const after = await runUsers({ folder, port, signingKey: two });
  expect((await after.send('GET', '/users/me', { as: leaked })).status).toBe(401);
  expect(await remote.key(two.kid, 'EdDSA')).toBeDefined();
  expect(await remote.key(kid, 'EdDSA')).toBeUndefined();
  await after.close();
});

test('no quota keeps services from the keys', async () => {
  const users = await runUsers({ rateLimit: 'on' });
  const path = '/.well-known/jwks.json';
  for (let count = 0; count < 1300; count += 1) {
    const { status } = await users.send('GET', path);
    if (status !== 200) throw new Error(`answered ${status} after ${count}`);
  }
  await users.close();
});

test('made-up key ids cause one fetch within the cool-down', async () => {
  let asked = 0;
  const { d: _private, ...jwk } = { ...one, use: 'sig' };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch() {
      asked += 1;
      return Response.json({ keys: [jwk] });
    },
  });
  const remote = remoteKeys({ url: server.url.href });
  for (let count = 0; count < 200; count += 1) await remote.key(`made-up-${count}`, 'EdDSA');
  expect(asked).toBe(1);
  expect(await remote.key(one.kid, 'EdDSA')).toBeDefined();
  await server.stop(true);
});
