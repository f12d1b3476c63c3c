import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionTokens } from '@souk/contracts/http/session';
import { ADMIN, newEmail, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

const WRONG_PASSWORD = 'wrong horse battery';
const NAME = 'Augusta Ada King';

let users: RunningUsers;
let email: string;
const issued: SessionTokens[] = [];

/** A life in the service: everything that a secret passes through, also where it is refused. */
beforeAll(async () => {
  users = await runUsers();
  email = newEmail();
  await users.send('POST', '/users', { body: { email, password: PASSWORD, name: NAME } });
  await users.send('POST', '/users', { body: { email, password: PASSWORD, name: NAME } });
  await users.send('POST', '/users', { body: { email, password: PASSWORD, name: NAME, more: 1 } });
  await users.send('POST', '/sessions', { body: { email, password: WRONG_PASSWORD } });
  const first = await users.signIn(email);
  const second = (await users.refresh(first.refreshToken)).body;
  const third = (await users.refresh(second.refreshToken)).body;
  const other = await users.signIn(email);
  issued.push(first, second, third, other, await users.signInAdmin());
  await users.refresh(first.refreshToken);
  await users.send('DELETE', '/sessions', { as: other.accessToken });
});
afterAll(() => users.close());

/** Tokens in every part that is worth something. */
function secrets(): readonly string[] {
  const tokens = issued.flatMap(({ accessToken, refreshToken }) => [
    accessToken.split('.')[2] ?? '',
    ...refreshToken.split('.').slice(1),
  ]);
  return [PASSWORD, WRONG_PASSWORD, ADMIN.password, ...tokens];
}

function found(where: string): readonly string[] {
  return secrets().filter((secret) => where.includes(secret));
}

async function filesOfTheDatabase(): Promise<string> {
  const files = (await readdir(users.folder.path)).filter((name) => name.startsWith('user.db'));
  const contents = await Promise.all(files.map((name) => readFile(join(users.folder.path, name), 'latin1')));
  return contents.join('\n');
}

function privatePart(): string {
  const database = new Database(join(users.folder.path, 'user.db'), { readonly: true });
  const row = database.prepare<{ d: string }, []>("select document ->> '$.keys[0].d' as d from key_rings").get();
  database.close();
  return row?.d ?? '';
}

describe('secrets', () => {
  test('are not in the files of the database', async () => {
    const files = await filesOfTheDatabase();
    expect(files).toContain(email);
    expect(found(files)).toEqual([]);
  });

  test('are not in the log, and neither are names and addresses', () => {
    const lines = users.logged.join('');
    expect(lines).toContain('"route":"/sessions"');
    expect(found(lines)).toEqual([]);
    for (const personal of [email, NAME, 'argon2id']) expect(lines).not.toContain(personal);
  });

  test('are not in the events, and neither are names and addresses', () => {
    const database = new Database(join(users.folder.path, 'user.db'), { readonly: true });
    const events = JSON.stringify([users.log.sent, database.prepare('select * from events').all()]);
    database.close();
    expect(events).toContain('user.registered');
    expect(found(events)).toEqual([]);
    for (const personal of [email, NAME, 'argon2id']) expect(events).not.toContain(personal);
  });

  test('the private part of the key is in its own table and nowhere else', async () => {
    const d = privatePart();
    expect(Buffer.from(d, 'base64url')).toHaveLength(32);
    const database = new Database(join(users.folder.path, 'user.db'), { readonly: true });
    const tables = database.prepare<{ name: string }, []>("select name from sqlite_schema where type = 'table'").all();
    const rowsOf = (table: string) => JSON.stringify(database.prepare(`select * from "${table}"`).all());
    const holding = tables.filter(({ name }) => rowsOf(name).includes(d));
    database.close();
    expect(holding.map(({ name }) => name)).toEqual(['key_rings']);
    expect(users.logged.join('')).not.toContain(d);
    const published = await users.send('GET', '/.well-known/jwks.json');
    expect(JSON.stringify(published.body)).not.toContain(d);
  });

  test('a profile holds no credentials', async () => {
    const as = (await users.signInAdmin()).accessToken;
    const { body } = await users.send<{ items: readonly object[] }>('GET', '/users', { as });
    for (const user of body.items) {
      const fields = ['createdAt', 'email', 'emailConfirmed', 'id', 'name', 'roles', 'status', 'updatedAt', 'version'];
      expect(Object.keys(user).toSorted()).toEqual(fields);
    }
  });
});
