import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { Jwks } from '@souk/contracts/http/session';
import type { User } from '@souk/contracts/http/user';
import { decodeProtectedHeader } from 'jose';
import { openSqliteUserStore } from '../src/storage/open-sqlite.ts';
import { newSigningKey } from '../src/tokens/signing-key.ts';
import { ADMIN, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

let folder: TemporaryFolder;
const running: RunningUsers[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  folder.remove();
});

async function start(options: Parameters<typeof runUsers>[0] = {}): Promise<RunningUsers> {
  const users = await runUsers({ folder, ...options });
  running.push(users);
  return users;
}

/** Two processes on one database that nobody has started on before. */
async function startTwo(): Promise<readonly [RunningUsers, RunningUsers]> {
  const store = openSqliteUserStore({ path: join(folder.path, 'user.db') });
  await store.migrate();
  await store.close();
  return Promise.all([start({ instance: 'one' }), start({ instance: 'two' })]);
}

async function stop(users: RunningUsers): Promise<void> {
  running.splice(running.indexOf(users), 1);
  await users.close();
}

const jwks = async (users: RunningUsers) => (await users.send<Jwks>('GET', '/.well-known/jwks.json')).body;

async function allUsers(users: RunningUsers): Promise<readonly User[]> {
  const as = (await users.signInAdmin()).accessToken;
  return (await users.send<{ items: readonly User[] }>('GET', '/users', { as })).body.items;
}

describe('the signing key', () => {
  test('given a second start, it is the same, and earlier tokens stay valid', async () => {
    const first = await start();
    const before = await jwks(first);
    const { tokens } = await first.signedIn();
    await stop(first);
    const second = await start();
    expect(await jwks(second)).toEqual(before);
    expect((await second.send('GET', '/users/me', { as: tokens.accessToken })).status).toBe(200);
    expect((await second.refresh(tokens.refreshToken)).status).toBe(200);
  });

  test('given two first starts at once, both have the same, and each accepts the tokens of the other', async () => {
    const [one, two] = await startTwo();
    expect(await jwks(one)).toEqual(await jwks(two));
    const { user, tokens } = await one.signedIn();
    expect((await two.send('GET', '/users/me', { as: tokens.accessToken })).body).toEqual(user);
    expect((await two.refresh(tokens.refreshToken)).status).toBe(200);
  });

  test('given one in the configuration, it signs, and its id is derived from it', async () => {
    const { kid: _kid, ...signingKey } = await newSigningKey();
    const users = await start({ signingKey });
    const { keys } = await jwks(users);
    expect(keys.map(({ x }) => x)).toEqual([signingKey.x]);
    const { tokens } = await users.signedIn();
    expect(decodeProtectedHeader(tokens.accessToken).kid).toBe(keys[0]?.kid);
  });
});

describe('the first admin', () => {
  test('given a second start, there is still one, with the password of the first', async () => {
    const first = await start();
    // Nobody has asked for anything: it is made soon after the port has opened.
    await until('the first admin', () => first.store.reads.hasAdmin());
    await stop(first);
    const second = await start({ admin: { email: 'other@example.com', password: 'another long password', mustChangePassword: false } });
    expect((await allUsers(second)).map(({ email }) => email)).toEqual([ADMIN.email]);
  });

  test('given two first starts at once, there is one', async () => {
    const [one] = await startTwo();
    expect(await allUsers(one)).toHaveLength(1);
  });

  test('given none is configured, there is none', async () => {
    const users = await start({ admin: undefined });
    // Whoever registers waits for the first admin.
    await users.register();
    expect(await users.store.reads.hasAdmin()).toBe(false);
  });

  test('given a stranger has the address already, the stranger does not become admin, and the log says so', async () => {
    const first = await start({ admin: undefined });
    await first.register(ADMIN.email);
    await stop(first);
    const second = await start();
    const { accessToken } = await second.signIn(ADMIN.email, PASSWORD);
    expect(await second.store.reads.hasAdmin()).toBe(false);
    expect((await second.send('GET', '/users', { as: accessToken })).status).toBe(403);
    expect(second.logged.some((line) => JSON.parse(line).level === 'error' && line.includes('SOUK_ADMIN_EMAIL'))).toBe(true);
  });
});

test('given its port is taken, it does not start, and leaves nothing running', async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  // Not `expect().rejects`: it waits in a loop in which the answers of a thread do not arrive.
  const refused = await start({ instance: 'two', port }).then(
    () => 'started',
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ code: 'cannot-listen', message: expect.stringContaining(`port ${port} is in use`) });
});
