import { expect, test } from 'bun:test';
import { ConfigError } from '@souk/chassis/service/config';
import { firstAdmin } from '../src/usecases/register.ts';
import { runUsers } from './running-users.ts';

const config = { admin: { email: 'root@example.com', password: 'a password for the first admin', mustChangePassword: true } };
const passwords = { hash: async () => 'hash', matches: async () => false };
const logger = { error: () => undefined };

function commandsThat(...outcomes: (() => Promise<unknown>)[]) {
  const state = { asked: 0 };
  const execute = (async () => outcomes[state.asked++]?.()) as unknown as Parameters<typeof firstAdmin>[0]['commands']['execute'];
  return { state, commands: { execute } };
}

test('a first admin who could not be made is tried again by the next caller', async () => {
  const { state, commands } = commandsThat(
    () => Promise.reject(new Error('the database is away')),
    () => Promise.resolve('made'),
  );
  const admin = firstAdmin({ config, commands, reads: { hasAdmin: async () => false }, passwords, judgePassword: async () => undefined, logger, refused: () => undefined });
  const failure = await admin().catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 'the database is away' });
  await Promise.all([admin(), admin()]);
  await admin();
  expect(state.asked).toBe(2);
});

test('a first admin with a common password is not made, and the log names the setting', async () => {
  const { state, commands } = commandsThat(() => Promise.resolve('made'));
  const said: string[] = [];
  const refused: ConfigError[] = [];
  const admin = firstAdmin({
    config,
    commands,
    reads: { hasAdmin: async () => false },
    passwords,
    judgePassword: async () => 'common' as const,
    logger: { error: (line: string) => void said.push(line) },
    refused: (error) => void refused.push(error),
  });
  await admin();
  expect(state.asked).toBe(0);
  expect(said).toEqual([expect.stringContaining('SOUK_ADMIN_PASSWORD')]);
  expect(refused).toEqual([expect.objectContaining({ message: 'SOUK_ADMIN_PASSWORD must not be among the first that are guessed' })]);
});

test('a service is lost when its first admin has a common password, and goes on when it has an admin already', async () => {
  const common = { email: 'root@example.com', password: 'password1234', mustChangePassword: true };
  const users = await runUsers({ admin: common });
  expect(await users.lost).toBeInstanceOf(ConfigError);
  await users.close();

  const first = await runUsers();
  await first.signInAdmin();
  await first.stop();
  const second = await runUsers({ folder: first.folder, admin: common });
  await second.register();
  expect(await Promise.race([second.lost, Bun.sleep(0)])).toBeUndefined();
  await second.close();
  first.folder.remove();
});
