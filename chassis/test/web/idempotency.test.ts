import { describe, expect, test } from 'bun:test';
import { bearer, codeOf, shop } from './shop.ts';

const { send } = shop();
const cup = { name: 'Mug', handles: 1 };
const signedIn = await bearer();

async function created(
  key: string,
  {
    body = cup,
    headers = signedIn,
    kind = 'fresh',
  }: { body?: object; headers?: Record<string, string>; kind?: string } = {},
) {
  return send('POST', '/cups', { body, headers: { ...headers, 'idempotency-key': key, 'x-kind': kind } });
}

async function idempotency(...args: Parameters<typeof created>) {
  const { body } = await created(...args);
  return (body as { idempotency: { scope: string; key: string; fingerprint: string } }).idempotency;
}

describe('Idempotency-Key', () => {
  test('is required where a route says so', async () => {
    expect(codeOf(await send('POST', '/cups', { body: cup, headers: signedIn }))).toBe('idempotency-key-missing');
  });

  test('is checked after authentication and before the body', async () => {
    expect(codeOf(await send('POST', '/cups', { body: {} }))).toBe('unauthenticated');
    expect(codeOf(await send('POST', '/cups', { body: {}, headers: signedIn }))).toBe('idempotency-key-missing');
    expect(codeOf(await created('k', { body: {} }))).toBe('validation');
  });

  test.each(['a b', 'é', 'x'.repeat(201)])('%p is not a key', async (key) => {
    expect(codeOf(await created(key))).toBe('idempotency-key-invalid');
  });

  test('reaches the route with its scope: user and route', async () => {
    const first = await idempotency('k'.repeat(200));
    expect(first.key).toBe('k'.repeat(200));
    expect(first.scope).toMatch(/^[0-9a-f-]{36} POST \/cups$/);
    expect((await idempotency('k', { headers: await bearer() })).scope).not.toBe(first.scope);
  });

  test('the fingerprint does not depend on the order of fields, but on every value', async () => {
    const { fingerprint } = await idempotency('k');
    expect((await idempotency('k', { body: { handles: 1, name: 'Mug' } })).fingerprint).toBe(fingerprint);
    expect((await idempotency('k', { body: { handles: 2, name: 'Mug' } })).fingerprint).not.toBe(fingerprint);
    expect((await idempotency('k', { body: { ...cup, tags: [] } })).fingerprint).not.toBe(fingerprint);
  });
});

describe('kept answers', () => {
  test('are sent as they were, and marked when they are repeated', async () => {
    const fresh = await created('k');
    expect(fresh).toMatchObject({ status: 201 });
    expect(fresh.headers.get('location')).toBe('/cups/1');
    expect(fresh.headers.get('idempotency-replayed')).toBeNull();
    const replayed = await created('k', { kind: 'replayed' });
    expect(replayed.text).toBe(fresh.text);
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
  });

  test('a key used for another request is 422', async () => {
    const answer = await created('k', { kind: 'reused' });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'idempotency-key-reused']);
  });

  test('a key whose answer was deleted with its user is 401', async () => {
    const answer = await created('k', { kind: 'forgotten' });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthenticated']);
  });
});
