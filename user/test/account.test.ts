import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import type { DeletionReceipt } from '@souk/contracts/http/user';
import { ADMIN, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const NEW_PASSWORD = 'another horse battery';
const LANE = { name: 'Countess Lovelace', line1: 'Ockham Park', city: 'Surrey', postalCode: 'GU23 6NQ', country: 'GB' };

const me = (as: string) => users.send('GET', '/users/me', { as });
const put = (as: string, currentPassword: string, newPassword: string) =>
  users.send('PUT', '/users/me/password', { as, body: { currentPassword, newPassword } });
const remove = (as: string, password: string) => users.send('DELETE', '/users/me', { as, body: { password } });

describe('a new password', () => {
  test('opens the account, and the old one no longer does', async () => {
    const { user, tokens } = await users.signedIn();
    const { status, body } = await put(tokens.accessToken, PASSWORD, NEW_PASSWORD);
    expect(status).toBe(200);
    expect(body).toEqual(user);
    expect(await users.signIn(user.email, NEW_PASSWORD)).toHaveProperty('accessToken');
    expect((await users.send('POST', '/sessions', { body: { email: user.email, password: PASSWORD } })).status).toBe(401);
  });

  test('ends all other sessions; the one that changed it goes on', async () => {
    const { user, tokens } = await users.signedIn();
    const other = await users.signIn(user.email);
    await put(tokens.accessToken, PASSWORD, NEW_PASSWORD);
    expect((await me(other.accessToken)).status).toBe(401);
    expect((await users.refresh(other.refreshToken)).status).toBe(401);
    expect((await me(tokens.accessToken)).status).toBe(200);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(200);
  });

  test('422 when the current one is wrong or the new one is too short, and nothing changes', async () => {
    const { user, tokens } = await users.signedIn();
    const wrong = await put(tokens.accessToken, 'wrong horse battery', NEW_PASSWORD);
    expect(wrong.status).toBe(422);
    expect(wrong.body).toMatchObject({ errors: [{ pointer: '/currentPassword' }] });
    expect((await put(tokens.accessToken, PASSWORD, 'short')).body).toMatchObject({ errors: [{ pointer: '/newPassword' }] });
    expect(await users.signIn(user.email)).toHaveProperty('accessToken');
  });

  test('422 naming the field when it is common or the address', async () => {
    const { user, tokens } = await users.signedIn();
    const common = await put(tokens.accessToken, PASSWORD, 'Password1234');
    expect(common.status).toBe(422);
    expect(common.body).toMatchObject({ type: 'urn:souk:problem:password-common', errors: [{ pointer: '/newPassword' }] });
    const personal = await put(tokens.accessToken, PASSWORD, user.email.toUpperCase());
    expect(personal.body).toMatchObject({ type: 'urn:souk:problem:validation', errors: [{ pointer: '/newPassword' }] });
  });

  test('given two changes at once, one of them is made', async () => {
    const { user, tokens } = await users.signedIn();
    const replies = await Promise.all(['one horse battery', 'two horse battery'].map((next) => put(tokens.accessToken, PASSWORD, next)));
    const [first, second] = replies.map(({ status }) => status);
    expect(new Set([first, second])).toEqual(new Set([200, 422]));
    expect(await users.signIn(user.email, first === 200 ? 'one horse battery' : 'two horse battery')).toHaveProperty('accessToken');
  });

  test('401 without a token', async () => {
    expect((await users.send('PUT', '/users/me/password', { body: {} })).status).toBe(401);
    expect((await users.send('DELETE', '/users/me', { body: {} })).status).toBe(401);
  });
});

describe("deleting one's own account", () => {
  test('ends its sessions, and nobody can sign in any more', async () => {
    const { user, tokens } = await users.signedIn();
    const { status, body } = await remove(tokens.accessToken, PASSWORD);
    expect([status, body]).toEqual([204, null]);
    expect((await me(tokens.accessToken)).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await users.send('POST', '/sessions', { body: { email: user.email, password: PASSWORD } })).status).toBe(401);
  });

  test('412 for the tag of an older profile', async () => {
    const { tokens } = await users.signedIn();
    const ask = (method: string, body: object, tag: string) =>
      users.send(method, '/users/me', { as: tokens.accessToken, body, headers: { 'if-match': tag } });
    expect((await ask('PATCH', { name: 'Ada King' }, '"1"')).status).toBe(200);
    const { status, headers } = await ask('DELETE', { password: PASSWORD }, '"1"');
    expect([status, headers.get('etag')]).toEqual([412, '"2"']);
    expect((await me(tokens.accessToken)).status).toBe(200);
    expect((await ask('DELETE', { password: PASSWORD }, '"2"')).status).toBe(204);
  });

  test('is answered with a receipt on request: what is still kept, by whom, why, and until when', async () => {
    const { user, tokens } = await users.signedIn();
    const headers = { prefer: 'respond-async, Return=representation' };
    const reply = await users.send<DeletionReceipt>('DELETE', '/users/me', { as: tokens.accessToken, body: { password: PASSWORD }, headers });
    expect([reply.status, reply.headers.get('preference-applied')]).toEqual([200, 'return=representation']);
    const { userId, deletedAt, kept } = reply.body;
    expect(userId).toBe(user.id);
    expect(JSON.parse((await users.store.writing.readStream(user.id)).at(-1)?.data ?? '')).toEqual({ userId, deletedAt });
    expect(kept[0]).toMatchObject({ by: 'order', what: expect.stringContaining('not delivered yet'), until: expect.stringContaining('last parcel') });
    expect((await me(tokens.accessToken)).status).toBe(401);
  });

  test.each(['return=minimal', 'return=representational', 'wait=1'])('is answered without a body when the preference is %s', async (prefer) => {
    const { tokens } = await users.signedIn();
    const reply = await users.send('DELETE', '/users/me', { as: tokens.accessToken, body: { password: PASSWORD }, headers: { prefer } });
    expect([reply.status, reply.body]).toEqual([204, null]);
  });

  test('leaves no personal data in any table, and its events name nobody', async () => {
    const { user, tokens } = await users.signedIn();
    const as = tokens.accessToken;
    await users.send('PATCH', '/users/me', { as, body: { name: 'Augusta King' }, headers: { 'if-match': '*' } });
    await users.send('POST', '/users/me/addresses', { as, body: LANE, headers: { 'idempotency-key': 'book' } });
    expect(rows()).toContain(LANE.name);
    await remove(as, PASSWORD);
    const found = () => [user.email, 'Augusta King', LANE.name, LANE.line1].filter((personal) => rows().includes(personal));
    // At once but for the answers that were kept for keys.
    expect(found()).toEqual([LANE.name, LANE.line1]);
    await until('kept answers are erased', () => found().length === 0, 5000);
    const history = await users.store.writing.readStream(user.id);
    expect(history.map(({ type, version }) => [type, version])).toEqual([
      ['user.registered', 1],
      ['user.updated', 2],
      ['user.deleted', 3],
    ]);
    expect(JSON.parse(history.at(-1)?.data ?? '')).toMatchObject({ userId: user.id });
  });

  test('frees the address for a new account', async () => {
    const { user, tokens } = await users.signedIn();
    await remove(tokens.accessToken, PASSWORD);
    const again = await users.register(user.email);
    expect(again.id).not.toBe(user.id);
    expect(await users.signIn(user.email)).toHaveProperty('accessToken');
  });

  test('422 with a wrong password or none, and nothing is deleted', async () => {
    const { tokens } = await users.signedIn();
    const wrong = await remove(tokens.accessToken, 'wrong horse battery');
    expect(wrong.status).toBe(422);
    expect(wrong.body).toMatchObject({ errors: [{ pointer: '/password' }] });
    const none = await users.send('DELETE', '/users/me', { as: tokens.accessToken, body: {} });
    expect(none.body).toMatchObject({ errors: [{ pointer: '/password' }] });
    expect((await me(tokens.accessToken)).status).toBe(200);
  });

  test('409 for the last admin', async () => {
    const { accessToken } = await users.signInAdmin();
    const { status, body } = await remove(accessToken, ADMIN.password);
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:souk:problem:last-admin' });
    expect((await me(accessToken)).status).toBe(200);
  });
});

/** Every row of every table. */
function rows(): string {
  const database = new Database(join(users.folder.path, 'user.db'), { readonly: true });
  const tables = database.prepare<{ name: string }, []>("select name from sqlite_schema where type = 'table'").all();
  const all = JSON.stringify(tables.map(({ name }) => database.prepare(`select * from "${name}"`).all()));
  database.close();
  return all;
}
