import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import type { JWK } from 'jose';
import { KeysUnavailableError, remoteKeys } from '../../src/web/sign-in/signing-keys.ts';
import { tokenSigner } from '../../src/testing/access-tokens.ts';

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** A stand-in for User: `answer` can be changed while it runs. */
function keyServer(first: () => Response | Promise<Response>) {
  const state = { answer: first, asked: 0 };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch() {
      state.asked += 1;
      return state.answer();
    },
  });
  stop = () => server.stop(true);
  return { state, url: server.url.href };
}

const serving =
  (...keys: JWK[]) =>
  () =>
    Response.json({ keys });
const [one, two] = [await tokenSigner({ kid: 'one' }), await tokenSigner({ kid: 'two' })];

/** Answers as User would, and is not User. */
const elsewhere = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json({ keys: [one.jwk] }) });
afterAll(() => elsewhere.stop(true));

describe('keys published by another service', () => {
  test('are fetched once and shared by all who ask', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    const keys = remoteKeys({ url });
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.key('one', 'EdDSA')));
    expect(found.every((key) => key !== undefined)).toBe(true);
    expect(state.asked).toBe(1);
  });

  test('that were fetched ahead are known when the service goes away before the first token', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    const keys = remoteKeys({ url });
    await keys.fetchAhead?.();
    await stop?.();
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    expect(state.asked).toBe(1);
  });

  test('that could not be fetched ahead are fetched for the first token, without a cool-down', async () => {
    const { state, url } = keyServer(() => new Response('starting', { status: 503 }));
    const keys = remoteKeys({ url, now: () => 0 });
    await keys.fetchAhead?.();
    state.answer = serving(one.jwk);
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
  });

  test('an unknown key causes another fetch, but not before the cool-down', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    let now = 0;
    const keys = remoteKeys({ url, now: () => now });
    await keys.key('one', 'EdDSA');
    state.answer = serving(one.jwk, two.jwk);
    expect(await keys.key('two', 'EdDSA')).toBeUndefined();
    expect(state.asked).toBe(1);
    now = 1000;
    expect(await keys.key('two', 'EdDSA')).toBeDefined();
    expect(state.asked).toBe(2);
  });

  test('an unknown key is neither accepted nor refused while they cannot be fetched, also within the cool-down', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    let now = 0;
    const keys = remoteKeys({ url, now: () => now });
    await keys.key('one', 'EdDSA');
    state.answer = () => new Response('too many', { status: 429 });
    now = 2000;
    for (let count = 0; count < 3; count += 1) expect(await keys.key('two', 'EdDSA').catch((error: unknown) => error)).toBeInstanceOf(KeysUnavailableError);
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    expect(state.asked).toBe(2);
    state.answer = serving(one.jwk, two.jwk);
    now = 3000;
    expect(await keys.key('two', 'EdDSA')).toBeDefined();
    expect(await keys.key('three', 'EdDSA')).toBeUndefined();
  });

  test('known keys go on working while the service is away', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    let now = 0;
    const keys = remoteKeys({ url, now: () => now });
    await keys.key('one', 'EdDSA');
    state.answer = () => new Response('down', { status: 500 });
    now = 1_000_000;
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    expect(state.asked).toBe(2);
  });

  test('callers wait once, and not again, for the renewal of known keys while the service hangs', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    const clock = { at: 0 };
    const keys = remoteKeys({ url, timeoutMs: 100, coolDownMs: 1, maxAgeMs: 1000, now: () => clock.at });
    await keys.key('one', 'EdDSA');
    const hung = Promise.withResolvers<Response>();
    state.answer = () => hung.promise;
    clock.at = 2000;
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    clock.at = 3000;
    const again = keys.key('one', 'EdDSA');
    expect(await Promise.race([again, Bun.sleep(0).then(() => 'waits')])).toBeObject();
    hung.resolve(serving(two.jwk)());
  });

  test.each([
    ['a key off its curve', { kty: 'EC', crv: 'P-256', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', y: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', kid: 'one', alg: 'ES256', use: 'sig' }],
    ['two keys with one id', { ...two.jwk, kid: 'one' }],
  ])('a set with %s does not take the place of a good one, and the next good one does', async (_, bad) => {
    const { state, url } = keyServer(serving(one.jwk));
    const clock = { now: 0 };
    const keys = remoteKeys({ url, maxAgeMs: 1000, coolDownMs: 10, now: () => clock.now });
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    state.answer = serving(one.jwk, bad);
    clock.now = 2000;
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    state.answer = serving(one.jwk, two.jwk);
    clock.now = 4000;
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
    expect(await keys.key('two', 'EdDSA')).toBeDefined();
    expect(state.asked).toBe(3);
  });

  test('a withdrawn key stops working once the keys are old', async () => {
    const { state, url } = keyServer(serving(one.jwk));
    let now = 0;
    const keys = remoteKeys({ url, now: () => now });
    await keys.key('one', 'EdDSA');
    state.answer = serving(two.jwk);
    now = 300_001;
    expect(await keys.key('one', 'EdDSA')).toBeUndefined();
  });

  test.each([
    ['refuses', () => new Response('no', { status: 500 })],
    ['answers something else', () => new Response('<html>')],
    ['publishes a private key', () => Response.json({ keys: [{ ...one.jwk, d: 'secret' }] })],
    ['answers in another media type', () => new Response(JSON.stringify({ keys: [one.jwk] }), { headers: { 'content-type': 'text/html' } })],
    ['sends us to somebody else', () => new Response(null, { status: 302, headers: { location: elsewhere.url.href } })],
    ['never ends', () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536).fill(32)) }), { headers: { 'content-type': 'application/json' } })],
    ['answers many keys', () => Response.json({ keys: Array.from({ length: 33 }, (_, n) => ({ ...one.jwk, kid: `key-${n}` })) })],
    ['hangs', () => new Promise<Response>(() => {})],
  ])('without any keys, when the service %s, no key is accepted or refused', async (_how, answer) => {
    const { url } = keyServer(answer);
    const keys = remoteKeys({ url, timeoutMs: 50 });
    expect(keys.key('one', 'EdDSA')).rejects.toBeInstanceOf(KeysUnavailableError);
    await Promise.allSettled([keys.key('one', 'EdDSA')]);
  });

  test('the keys are known soon after the service has started', async () => {
    const { state, url } = keyServer(() => new Response('', { status: 503 }));
    let now = 0;
    const keys = remoteKeys({ url, now: () => now });
    await Promise.allSettled([keys.key('one', 'EdDSA')]);
    state.answer = serving(one.jwk);
    now = 250;
    expect(await keys.key('one', 'EdDSA')).toBeDefined();
  });
});
