import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVER_CACHE } from '../src/tools/servers/folders.ts';
import { asOrdinaryUser, ownedByOrdinaryUser } from './support/ordinary-user.ts';
import { copyProject } from './support/project-copy.ts';
import type { Run } from './support/run-start.ts';

const REAL_LIMIT_MS = 900_000;
const wantsReal = process.env['REQUIRE_REAL'] === '1';
if (!wantsReal) process.stderr.write('\nNOT RUN: `npm start -- --real` in a folder named `ä b` needs REQUIRE_REAL=1\n');

let parent: TemporaryFolder;
let folder: string;

beforeAll(async () => {
  parent = temporaryFolder();
  folder = join(parent.path, 'ä b');
  await copyProject(folder);
  await mkdir(join(parent.path, 'home'));
  if (wantsReal) await copyCaches();
  await ownedByOrdinaryUser(parent.path);
}, 120_000);
afterAll(() => parent.remove());

/** Copies all servers but Kafka, which is installed here: its installation runs in Java as well. */
async function copyCaches(): Promise<void> {
  const there = existsSync(SERVER_CACHE) ? await readdir(SERVER_CACHE) : [];
  for (const name of there.filter((one) => !one.startsWith('kafka'))) {
    await cp(join(SERVER_CACHE, name), join(folder, '.cache/servers', name), { recursive: true, verbatimSymlinks: true });
  }
}

async function started(...parameters: readonly string[]): Promise<Run> {
  const home = join(parent.path, 'home');
  // Java looks up a user's home by itself; Maven's script splits this at spaces.
  const env = { ...process.env, HOME: home, MAVEN_OPTS: `-Duser.home=${home}`, SOUK_SERVERS: 'native', LANG: 'C', LC_ALL: undefined, LC_CTYPE: undefined };
  const command = [process.execPath, join(folder, 'system/src/main.ts'), ...parameters];
  const child = Bun.spawn(asOrdinaryUser(command), { cwd: folder, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { out, err, code };
}

/** A shop that takes no money, or sends no mail, says so at each start. */
const SAID_AT_A_START = /^\{"level":"warn",.*"msg":"(?:payments are simulated|SMTP_URL is not set)/;

function expectThreeStories({ code, out, err }: Run): void {
  const unsaid = err.split('\n').filter((line) => !SAID_AT_A_START.test(line));
  expect({ code, err: unsaid.join('\n') }).toEqual({ code: 0, err: '' });
  const stories = out.trimEnd().split('\n').map((line) => (JSON.parse(line) as { story: string }).story);
  expect(stories).toEqual(['completed', 'out_of_stock', 'declined']);
}

/** This project in a folder whose name has a space and a letter beyond ASCII, as an ordinary user has it whose locale is C. */
describe('in a folder named `ä b`, for an ordinary user', () => {
  test('npm start plays its stories', async () => {
    expectThreeStories(await started('--once', '--json', '--first-port', '0'));
  }, 60_000);

  test.skipIf(!wantsReal)('npm start -- --real installs Kafka and plays its stories', async () => {
    expectThreeStories(await started('--real', '--once', '--json', '--first-port', '0'));
    expect(existsSync(join(folder, '.cache/servers/kafka-4.4.0/.complete'))).toBe(true);
  }, REAL_LIMIT_MS);
});
