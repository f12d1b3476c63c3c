import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { User } from '@souk/contracts/http/user';
import { decodeJwt } from 'jose';
import { type RecordedMail, recordedMail, tokenIn } from './recorded-mail.ts';
import { PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

let mail: RecordedMail;
let users: RunningUsers;
let root: { id: string; as: string };
beforeAll(async () => {
  mail = recordedMail();
  users = await runUsers({ mail });
  const { accessToken } = await users.signInAdmin();
  root = { id: String(decodeJwt(accessToken).sub), as: accessToken };
});
afterAll(() => users.close());

const putStatus = (id: string, body: object, as = root.as) => users.send<User>('PUT', `/users/${id}/status`, { as, body });
const disable = (id: string, as = root.as) => putStatus(id, { status: 'disabled', reason: 'a stolen card' }, as);
const signIn = (email: string, password = PASSWORD) => users.send('POST', '/sessions', { body: { email, password } });

async function anotherAdmin() {
  const { user } = await users.signedIn();
  await users.send('PUT', `/users/${user.id}/roles`, { as: root.as, body: { roles: ['admin'] } });
  return { id: user.id, as: (await users.signIn(user.email)).accessToken };
}

describe('a disabled account', () => {
  test('is out at once, and its admins see why', async () => {
    const { user, tokens } = await users.signedIn();
    const { status, body, headers } = await disable(user.id);
    expect([status, headers.get('etag')]).toEqual([200, `"${user.version + 1}"`]);
    expect(body).toMatchObject({ id: user.id, status: 'disabled', disabledReason: 'a stolen card' });
    expect((await users.send('GET', '/users/me', { as: tokens.accessToken })).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    const { items } = (await users.send<{ items: readonly User[] }>('GET', `/users?email=${user.email}`, { as: root.as })).body;
    expect(items).toMatchObject([{ status: 'disabled', disabledReason: 'a stolen card' }]);
  });

  test('is reported as disabled to whoever knows its password, and to nobody else', async () => {
    const { id, email } = await users.register();
    await disable(id);
    expect(await signIn(email)).toMatchObject({ status: 403, body: { type: 'urn:souk:problem:account-disabled' } });
    expect(await signIn(email, 'a wrong horse and staple')).toMatchObject({ status: 401, body: { type: 'urn:souk:problem:invalid-credentials' } });
  });

  test('is sent no link, and earlier links are no longer valid', async () => {
    const { id, email } = await users.register();
    const confirmation = tokenIn(await mail.mailTo(email));
    await users.send('POST', '/password-resets', { body: { email } });
    const before = tokenIn(await mail.mailTo(email, 2));
    await disable(id);
    expect((await users.send('POST', '/password-resets', { body: { email } })).status).toBe(202);
    await until('no mail waits', async () => (await users.store.reads.waitingMails()) === 0);
    expect(mail.to(email)).toHaveLength(2);
    const body = { token: before, newPassword: 'a better horse and staple' };
    expect((await users.send('POST', '/password-resets/confirmation', { body })).status).toBe(410);
    expect((await users.send('POST', '/email-confirmations', { body: { token: confirmation } })).status).toBe(410);
  });

  test('works again once an admin has enabled it, after a new sign-in', async () => {
    const { user, tokens } = await users.signedIn();
    await disable(user.id);
    expect((await putStatus(user.id, { status: 'active' })).body).toMatchObject({ status: 'active', version: user.version + 2 });
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await signIn(user.email)).status).toBe(200);
    const [, disabled, enabled] = await users.store.writing.readStream(user.id);
    expect(disabled).toMatchObject({ type: 'user.updated', context: { actor: root.id, from: 'active', to: 'disabled' } });
    expect(enabled).toMatchObject({ type: 'user.updated', context: { actor: root.id, from: 'disabled', to: 'active' } });
    expect(JSON.stringify([disabled, enabled])).not.toContain('stolen');
  });

  test('is a security event, and so is enabling it; repeating either is none', async () => {
    const { id } = await users.register();
    for (const body of [{ status: 'disabled', reason: 'one' }, { status: 'disabled', reason: 'one' }, { status: 'active' }, { status: 'active' }]) {
      expect((await putStatus(id, body)).status).toBe(200);
    }
    const told = users.logged.filter((line) => line.includes(`"path":"/users/${id}/status"`) && line.includes('"security":'));
    expect(told.map((line) => /"security":"([^"]+)"/.exec(line)?.[1])).toEqual(['account.disabled', 'account.enabled']);
  });

  test('is never the one of the admin who asks; of two admins who disable each other at once, one stays', async () => {
    expect(await disable(root.id)).toMatchObject({ status: 409, body: { type: 'urn:souk:problem:conflict' } });
    const other = await anotherAdmin();
    const replies = await Promise.all([disable(root.id, other.as), disable(other.id)]);
    const done = replies.filter(({ status }) => status === 200);
    expect(done).toHaveLength(1);
    const winner = replies[0].status === 200 ? other : root;
    const loser = winner === root ? other : root;
    expect((await putStatus(loser.id, { status: 'active' }, winner.as)).status).toBe(200);
    root = { ...root, as: (await users.signInAdmin()).accessToken };
    await users.send('PUT', `/users/${other.id}/roles`, { as: root.as, body: { roles: [] } });
  });

  test('a disabled admin does not count as the last one, and is admin again once enabled', async () => {
    const other = await anotherAdmin();
    await disable(other.id);
    const resign = await users.send('PUT', `/users/${root.id}/roles`, { as: root.as, body: { roles: ['staff'] } });
    expect(resign).toMatchObject({ status: 409, body: { type: 'urn:souk:problem:last-admin' } });
    await users.send('PUT', `/users/${other.id}/roles`, { as: root.as, body: { roles: ['staff', 'admin'] } });
    expect((await users.send('PUT', `/users/${root.id}/roles`, { as: root.as, body: { roles: [] } })).status).toBe(409);
    await putStatus(other.id, { status: 'active' });
    const { email } = (await users.store.reads.user(other.id)) ?? { email: '' };
    const { accessToken } = await users.signIn(email);
    expect((await users.send('GET', '/users', { as: accessToken })).status).toBe(200);
    expect((await disable(root.id, accessToken)).status).toBe(200);
    expect((await putStatus(root.id, { status: 'active' }, accessToken)).status).toBe(200);
    root = { ...root, as: (await users.signInAdmin()).accessToken };
  });

  test('401, 403 for others, 404 for an unknown user, 412 for another version, 422 for a missing or a superfluous reason', async () => {
    const { user, tokens } = await users.signedIn();
    expect((await users.send('PUT', `/users/${user.id}/status`, { body: { status: 'active' } })).status).toBe(401);
    expect((await disable(user.id, tokens.accessToken)).status).toBe(403);
    expect((await disable(Bun.randomUUIDv7())).status).toBe(404);
    const body = { status: 'disabled', reason: 'x' };
    expect((await users.send('PUT', `/users/${user.id}/status`, { as: root.as, body, headers: { 'if-match': '"99"' } })).status).toBe(412);
    expect(await putStatus(user.id, { status: 'disabled' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    expect(await putStatus(user.id, { status: 'active', reason: 'x' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    expect((await putStatus(user.id, { status: 'gone' })).status).toBe(422);
  });
});

describe("a person's sessions", () => {
  test('are ended by an admin, and the person signs in again', async () => {
    const { user, tokens } = await users.signedIn();
    expect((await users.send('DELETE', `/users/${user.id}/sessions`, { as: root.as })).status).toBe(204);
    expect((await users.send('GET', '/users/me', { as: tokens.accessToken })).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await signIn(user.email)).status).toBe(200);
    const line = users.logged.find((one) => one.includes('"security":"sessions.ended_by_admin"'));
    expect(line).toBeString();
    expect(line).not.toContain(root.id);
  });

  test('401 and 403 for others, 404 for an unknown user', async () => {
    const { user, tokens } = await users.signedIn();
    const end = (id: string, as?: string) => users.send('DELETE', `/users/${id}/sessions`, { ...(as !== undefined && { as }) });
    expect((await end(user.id)).status).toBe(401);
    expect((await end(user.id, tokens.accessToken)).status).toBe(403);
    expect((await end(Bun.randomUUIDv7(), root.as)).status).toBe(404);
  });
});
