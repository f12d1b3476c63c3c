import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { OpenedSession } from '@souk/contracts/http/session';
import { decodeJwt } from 'jose';
import { recordedMail, tokenIn } from './recorded-mail.ts';
import { ADMIN, type RunningUsers, runUsers } from './running-users.ts';

/** Each signs in several times, and hashing takes its time on a machine with other work. */
const LIMIT_MS = 30_000;
const OWN = 'a password that nobody gave';
const FIRST = { ...ADMIN, mustChangePassword: true };

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers({ admin: FIRST });
});
afterAll(() => users.close());

const signIn = async (at: RunningUsers, password: string) =>
  (await at.send<OpenedSession>('POST', '/sessions', { body: { email: ADMIN.email, password } })).body;
const rolesOf = ({ accessToken }: { readonly accessToken: string }) => decodeJwt(accessToken)['roles'];

test('the first admin has no more rights than a customer until the password was changed', async () => {
  const first = await signIn(users, ADMIN.password);
  expect(first.passwordChangeRequired).toBe(true);
  expect(rolesOf(first)).toEqual(['customer']);
  expect((await users.send('GET', '/users', { as: first.accessToken })).status).toBe(403);
  const refreshed = (await users.refresh(first.refreshToken)).body;
  expect([rolesOf(refreshed), refreshed.passwordChangeRequired]).toEqual([['customer'], true]);

  const change = (newPassword: string) =>
    users.send('PUT', '/users/me/password', { as: refreshed.accessToken, body: { currentPassword: ADMIN.password, newPassword } });
  expect(await change(ADMIN.password)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/newPassword' }] } });
  expect((await change(OWN)).status).toBe(200);

  const after = (await users.refresh(refreshed.refreshToken)).body;
  expect(after).not.toHaveProperty('passwordChangeRequired');
  expect(rolesOf(after)).toEqual(['customer', 'staff', 'admin']);
  expect(rolesOf(await signIn(users, OWN))).toEqual(['customer', 'staff', 'admin']);
}, LIMIT_MS);

test('a reset by mail counts as changing it', async () => {
  const mail = recordedMail();
  const others = await runUsers({ admin: FIRST, mail });
  await signIn(others, ADMIN.password);
  await others.send('POST', '/password-resets', { body: { email: ADMIN.email } });
  const body = { token: tokenIn(await mail.mailTo(ADMIN.email)), newPassword: OWN };
  expect((await others.send('POST', '/password-resets/confirmation', { body })).status).toBe(204);
  expect(rolesOf(await signIn(others, OWN))).toEqual(['customer', 'staff', 'admin']);
  await others.close();
}, LIMIT_MS);
