import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { User } from '@souk/contracts/http/user';
import { decodeJwt } from 'jose';
import { ADMIN, type RunningUsers, runUsers } from './running-users.ts';

interface Page {
  readonly items: readonly User[];
  readonly nextCursor: string | null;
}

let users: RunningUsers;
let root: { id: string; as: string };
beforeAll(async () => {
  users = await runUsers();
  const { accessToken } = await users.signInAdmin();
  root = { id: String(decodeJwt(accessToken).sub), as: accessToken };
});
afterAll(() => users.close());

const putRoles = (id: string, roles: readonly string[], as = root.as) =>
  users.send<User>('PUT', `/users/${id}/roles`, { as, body: { roles } });

describe('the first admin', () => {
  test('exists from the start, and is staff and customer as well', async () => {
    const { body } = await users.send<User>('GET', '/users/me', { as: root.as });
    expect(body).toMatchObject({ email: ADMIN.email, roles: ['customer', 'staff', 'admin'], version: 1 });
  });
});

describe('the list of users', () => {
  test('is for admins only', async () => {
    const { user, tokens } = await users.signedIn();
    expect((await users.send('GET', '/users')).status).toBe(401);
    expect((await users.send('GET', '/users', { as: tokens.accessToken })).status).toBe(403);
    await putRoles(user.id, ['staff']);
    const staff = await users.signIn(user.email);
    expect((await users.send('GET', '/users', { as: staff.accessToken })).status).toBe(403);
    expect((await users.send('GET', '/users', { as: root.as })).status).toBe(200);
  });

  test('goes page by page, newest first, and repeats nothing when somebody registers in between', async () => {
    const newest: string[] = [];
    for (let count = 0; count < 5; count += 1) newest.unshift((await users.register()).id);
    const first = (await users.send<Page>('GET', '/users?limit=2', { as: root.as })).body;
    await users.register();
    const second = (await users.send<Page>('GET', `/users?limit=3&cursor=${first.nextCursor}`, { as: root.as })).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(newest);
    expect((await users.send('GET', '/users?cursor=x', { as: root.as })).status).toBe(422);
  });
});

describe('the filters of the list', () => {
  test('find a user by address in any case, and users by role; 422 for an invalid value', async () => {
    const { id, email } = await users.register();
    await putRoles(id, ['staff']);
    const list = async (query: string) => (await users.send<Page>('GET', `/users?${query}`, { as: root.as })).body.items ?? [];
    expect((await list(`email=${email.toUpperCase()}`)).map((user) => user.id)).toEqual([id]);
    expect(await list('email=nobody@example.com')).toEqual([]);
    expect((await list('role=staff')).map((user) => user.id)).toContain(id);
    expect((await list('role=admin')).map((user) => user.id)).toEqual([root.id]);
    expect((await users.send('GET', '/users?role=king', { as: root.as })).body).toMatchObject({ errors: [{ pointer: '?role' }] });
  });
});

describe('roles', () => {
  test('are replaced by an admin; everybody stays customer, and the history says who did it', async () => {
    const { id } = await users.register();
    const { status, headers, body } = await putRoles(id, ['staff']);
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(body).toMatchObject({ id, roles: ['customer', 'staff'], version: 2 });
    expect((await putRoles(id, [])).body).toMatchObject({ roles: ['customer'], version: 3 });
    expect((await putRoles(id, ['customer'])).body).toMatchObject({ version: 3 });
    const [, promoted] = await users.store.writing.readStream(id);
    const context = { actor: root.id, from: ['customer'], to: ['customer', 'staff'] };
    expect(promoted).toMatchObject({ type: 'user.updated', version: 2, context });
  });

  test('reach the tokens at the next refresh', async () => {
    const { user, tokens } = await users.signedIn();
    await putRoles(user.id, ['staff']);
    const { accessToken } = (await users.refresh(tokens.refreshToken)).body;
    expect(decodeJwt(tokens.accessToken)['roles']).toEqual(['customer']);
    expect(decodeJwt(accessToken)['roles']).toEqual(['customer', 'staff']);
  });

  test('401 and 403 for others, 404 for an unknown user, 422 for an unknown role', async () => {
    const { user, tokens } = await users.signedIn();
    expect((await users.send('PUT', `/users/${user.id}/roles`, { body: { roles: [] } })).status).toBe(401);
    expect((await putRoles(user.id, ['admin'], tokens.accessToken)).status).toBe(403);
    expect((await putRoles(Bun.randomUUIDv7(), ['staff'])).status).toBe(404);
    expect((await putRoles('x', ['staff'])).status).toBe(404);
    expect((await putRoles(user.id, ['king'])).status).toBe(422);
    expect((await putRoles(user.id, ['staff', 'staff'])).status).toBe(422);
  });

  test('409 for removing the last admin', async () => {
    const { status, body } = await putRoles(root.id, ['staff']);
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:souk:problem:last-admin' });
  });

  test('a demoted admin cannot become admin again by a token that has not expired', async () => {
    const { user } = await users.signedIn();
    await putRoles(user.id, ['admin']);
    const { accessToken, refreshToken } = await users.signIn(user.email);
    await putRoles(user.id, []);
    expect((await putRoles(user.id, ['admin'], accessToken)).status).toBe(401);
    const { body } = await users.refresh(refreshToken);
    expect((await putRoles(user.id, ['admin'], body.accessToken)).status).toBe(403);
  });

  test('given two admins who demote each other at once, one stays', async () => {
    const { user } = await users.signedIn();
    await putRoles(user.id, ['admin']);
    const { accessToken } = await users.signIn(user.email);
    const replies = await Promise.all([putRoles(root.id, [], accessToken), putRoles(user.id, [])]);
    // Whoever came second was no admin any more, which the token may have been refused for already.
    const [done, refused] = replies.map(({ status }) => status).toSorted((one, other) => one - other);
    expect([done, refused === 401 ? 403 : refused]).toEqual([200, 403]);
    const restored = replies[0].status === 200 ? await putRoles(root.id, ['staff', 'admin'], accessToken) : undefined;
    expect(restored?.status ?? 200).toBe(200);
  });
});
