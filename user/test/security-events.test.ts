import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { SigningKeyRotation } from '@souk/contracts/http/session';
import { decodeJwt } from 'jose';
import { enrolled, wrongCodeOf } from './authenticator.ts';
import { recordedMail } from './recorded-mail.ts';
import { newEmail, type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
let root: string;
beforeAll(async () => {
  users = await runUsers({ mail: recordedMail() });
  root = (await users.signInAdmin()).accessToken;
});
afterAll(() => users.close());

const told = (name: string) => users.logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ security }) => security === name);

test('a change of roles is told with user, admin, old and new roles; the same roles again are not', async () => {
  const { id } = await users.register();
  const put = (roles: readonly string[]) => users.send('PUT', `/users/${id}/roles`, { as: root, body: { roles } });
  await put(['staff']);
  await put(['staff']);
  const lines = told('role.changed');
  expect(lines).toEqual([expect.objectContaining({ level: 'info', address: '127.0.0.1', from: ['customer'], to: ['customer', 'staff'] })]);
  const [line] = lines;
  expect(line?.['account']).toMatch(/^[0-9a-f]{32}$/);
  expect(line?.['actor']).toMatch(/^[0-9a-f]{32}$/);
  expect(line?.['actor']).not.toBe(String(decodeJwt(root).sub));
});

test('the rotation of a key is logged with the id of the key', async () => {
  const { body } = await users.send<SigningKeyRotation>('POST', '/signing-keys', { as: root });
  await users.send('POST', '/signing-keys', { as: root });
  expect(told('key.rotated')).toEqual([expect.objectContaining({ kid: body.kid, address: '127.0.0.1' })]);
});

test('wrong passwords for a change of e-mail address are told like those of a sign-in', async () => {
  const { accessToken: as } = (await users.signedIn()).tokens;
  const change = () => users.send('POST', '/users/me/email-changes', { as, body: { email: newEmail(), password: 'a wrong horse and staple' } });
  for (let count = 0; count < 5; count += 1) expect((await change()).status).toBe(422);
  expect((await change()).status).toBe(429);
  expect(told('sign_in.failed')).toHaveLength(1);
  expect(told('sign_in.throttled')).toEqual([expect.objectContaining({ address: '127.0.0.1', waitS: 1 })]);
});

test('wrong codes are told, and so is the wait after too many', async () => {
  const { tokens, secret } = await enrolled(users);
  const oneTimeCode = await wrongCodeOf(secret);
  const show = () => users.send('POST', '/sessions/second-factor', { as: tokens.accessToken, body: { oneTimeCode } });
  for (let count = 0; count < 5; count += 1) expect((await show()).status).toBe(422);
  expect((await show()).status).toBe(429);
  expect(told('factor.failed')).toHaveLength(1);
  expect(told('factor.throttled')).toEqual([expect.objectContaining({ address: '127.0.0.1', waitS: 1 })]);
});
