import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type RequestOptions, type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const patch = (options: RequestOptions) => users.send('PATCH', '/users/me', options);

describe("one's own profile", () => {
  test('is read with its tag; 304 when it is known', async () => {
    const { user, tokens } = await users.signedIn();
    const as = tokens.accessToken;
    const { status, headers, body } = await users.send('GET', '/users/me', { as });
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toEqual(user);
    const known = await users.send('GET', '/users/me', { as, headers: { 'if-none-match': '"1"' } });
    expect(known.status).toBe(304);
  });

  test('401 without a token', async () => {
    expect((await users.send('GET', '/users/me')).status).toBe(401);
    expect((await patch({ body: { name: 'Eve' } })).status).toBe(401);
  });

  test('is renamed with If-Match; the history records the change without the name', async () => {
    const { user, tokens } = await users.signedIn();
    const as = tokens.accessToken;
    const { status, headers, body } = await patch({ as, body: { name: 'Countess' }, headers: { 'if-match': '"1"' } });
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(body).toMatchObject({ id: user.id, name: 'Countess', version: 2 });
    expect((await users.send('GET', '/users/me', { as })).body).toMatchObject({ name: 'Countess', version: 2 });
    const history = await users.store.writing.readStream(user.id);
    expect(history.map(({ type, version, published }) => [type, version, published])).toEqual([
      ['user.registered', 1, true],
      ['user.updated', 2, true],
    ]);
    expect(JSON.stringify(history)).not.toContain('Countess');
  });

  test('given the present name or none, nothing changes', async () => {
    const { user, tokens } = await users.signedIn();
    for (const body of [{}, { name: user.name }]) {
      const reply = await patch({ as: tokens.accessToken, body, headers: { 'if-match': '*' } });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual(user);
    }
  });

  test('428 without If-Match, 412 with a stale one, and nothing changes', async () => {
    const { user, tokens } = await users.signedIn();
    const as = tokens.accessToken;
    expect((await patch({ as, body: { name: 'Eve' } })).status).toBe(428);
    expect((await patch({ as, body: { name: 'Eve' }, headers: { 'if-match': '"7"' } })).status).toBe(412);
    expect((await users.send('GET', '/users/me', { as })).body).toEqual(user);
  });

  test('422 for a card number, for an empty name, and for fields that cannot be changed', async () => {
    const { tokens } = await users.signedIn();
    const names = ['4242-4242-4242-4242', '', null].map((name) => ({ name }));
    for (const body of [...names, { email: 'eve@example.com' }, { roles: ['admin'] }]) {
      expect((await patch({ as: tokens.accessToken, body, headers: { 'if-match': '*' } })).status).toBe(422);
    }
  });
});
