import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { SigningKeyRotation } from '@souk/contracts/http/session';
import { decodeJwt } from 'jose';
import { type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
let root: string;
beforeAll(async () => {
  users = await runUsers();
  root = (await users.signInAdmin()).accessToken;
});
afterAll(() => users.close());

const told = (name: string) => users.logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ security }) => security === name);

test('changed roles are told: whose, by whom, from what to what; those that stay are not', async () => {
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

test('a rotated key is told by its name', async () => {
  const { body } = await users.send<SigningKeyRotation>('POST', '/signing-keys', { as: root });
  await users.send('POST', '/signing-keys', { as: root });
  expect(told('key.rotated')).toEqual([expect.objectContaining({ kid: body.kid, address: '127.0.0.1' })]);
});
