import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { LOG_USERS, logRights } from '@souk/contracts/log-rights';

const ROOT = join(import.meta.dir, '../../..');
const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
/** Keeps each call in a line, one parameter after the other behind tabs; a user is there already where a file says so. */
const RPK = `#!/bin/bash
printf '%s\\t' "$@" >>"${at('calls')}"; echo >>"${at('calls')}"
[ "$1 $2 $3" != 'security user create' ] || [ ! -e "${at('again')}" ]
`;

beforeAll(async () => {
  await mkdir(at('bin'));
  await mkdir(at('secrets'));
  await writeFile(at('bin/rpk'), RPK, { mode: 0o755 });
  for (const user of ['admin', ...LOG_USERS]) await writeFile(at(`secrets/kafka-${user}-password`), `secret of ${user}\n`);
});
afterAll(() => folder.remove());

async function calls(): Promise<readonly (readonly string[])[]> {
  await writeFile(at('calls'), '');
  const words = ['bash', join(ROOT, 'deploy/kafka-users.sh'), at('secrets'), join(ROOT, 'deploy/kafka-rights.txt')];
  const { exitCode, stderr } = Bun.spawnSync(words, { env: { ...process.env, PATH: `${at('bin')}:${process.env['PATH']}` } });
  expect({ exitCode, said: stderr.toString() }).toEqual({ exitCode: 0, said: '' });
  return (await readFile(at('calls'), 'utf8')).split('\n').slice(0, -1).map((line) => line.split('\t').slice(0, -1));
}

const flag = (call: readonly string[], name: string) => call.flatMap((word, i) => (word === name ? [call[i + 1] ?? ''] : []));

test('makes every user with the password of its file, then asks everybody who it is, and gives rights as the admin', async () => {
  const made = await calls();
  const users = made.filter(([, what, how]) => what === 'user' && how === 'create');
  expect(users.map((call) => [call[3], flag(call, '--password')[0], flag(call, '--mechanism')[0]].join(' ')).toSorted()).toEqual(
    ['admin', ...LOG_USERS].map((user) => `${user} secret of ${user} SCRAM-SHA-512`).toSorted(),
  );
  const cluster = made.filter(([what]) => what === 'cluster').map((call) => call.slice(3));
  expect(cluster).toEqual([['superusers', '["admin"]'], ['enable_sasl', 'true']]);
  const order = made.map((call) => (call[1] === 'user' ? 'users' : call[0] === 'cluster' ? 'asks' : 'rights')).filter((each, i, all) => each !== all[i - 1]);
  expect(order).toEqual(['users', 'asks', 'rights']);
  for (const call of made.filter(([, what]) => what === 'acl')) expect(flag(call, '-X')).toContain('pass=secret of admin');
});

test('gives the rights of the table, all of them and no other', async () => {
  const given = (await calls())
    .filter(([, what]) => what === 'acl')
    .flatMap((call) =>
      (['topic', 'group'] as const).flatMap((on) =>
        flag(call, `--${on}`).flatMap((name) =>
          (flag(call, '--operation')[0] ?? '').split(',').map((operation) => `${flag(call, '--allow-principal')[0]} ${operation} ${on} ${flag(call, '--resource-pattern-type')[0]} ${name}`),
        ),
      ),
    );
  const listed = logRights().flatMap(({ user, on, pattern, name, operations }) => operations.map((operation) => `User:${user} ${operation} ${on} ${pattern} ${name}`));
  expect(given.toSorted()).toEqual(listed.toSorted());
});

test('gives an existing user the password of its file', async () => {
  await writeFile(at('again'), '');
  const changed = (await calls()).filter(([, what, how]) => what === 'user' && how === 'update');
  expect(changed).toHaveLength(LOG_USERS.length + 1);
  for (const call of changed) expect(flag(call, '--new-password')[0]).toBe(`secret of ${call[3]}`);
});
