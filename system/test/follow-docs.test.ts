import { describe, expect, test } from 'bun:test';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { copyProject } from './support/project-copy.ts';

/** Each page is followed in a copy of the project, as somebody who reads it would: its files, its changes, its commands. */
const ROOT = join(import.meta.dir, '../..');
/** Without these a suite runs on the embedded engines alone. */
const ON_SERVERS = ['REQUIRE_REAL', ...Object.values(SERVER_VARIABLES)];
const TSC = join(ROOT, 'node_modules/.bin/tsc');
/** The longest command, the order service's routes and storage with MySQL, takes more than two minutes on a busy machine, its page five. */
const COMMAND_LIMIT_MS = 300_000;
const PAGE_LIMIT_MS = 900_000;

interface Followed extends Disposable {
  readonly at: (path: string) => string;
  /** Files that were there and are changed. */
  readonly changed: ReadonlySet<string>;
  /** Throws what the command says if it fails. */
  readonly run: (where: string, ...command: readonly string[]) => void;
  /** Runs the commands of the page. */
  readonly runCommands: () => void;
}

async function followed(page: string): Promise<Followed> {
  const text = await readFile(join(ROOT, 'docs', page), 'utf8');
  const folder: TemporaryFolder = temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  await copyProject(folder.path);
  for (const { file, code } of ['json', 'toml', 'ts', 'text', 'http'].flatMap((language) => blocks(text, language))) {
    await mkdir(dirname(at(file)), { recursive: true });
    await writeFile(at(file), code);
  }
  const changes = blocks(text, 'diff');
  for (const { file, code } of changes) await writeFile(at(file), applied(await readFile(at(file), 'utf8'), code, file));
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`, FORCE_COLOR: '0' };
  const run: Followed['run'] = (where, ...command) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd: at(where), env, timeout: COMMAND_LIMIT_MS });
    const said = `${stdout.toString()}${stderr.toString()}`.split('\n').filter((line) => !line.startsWith('(pass)'));
    if (exitCode !== 0) throw new Error(`${command.join(' ')} in ${where} ended with ${exitCode}:\n${said.join('\n')}`);
  };
  return {
    at,
    changed: new Set(changes.map(({ file }) => file)),
    run,
    runCommands() {
      for (const [, command = ''] of text.matchAll(/^(\(cd .*|npm run .*)$/gm)) run('.', 'sh', '-c', command);
    },
    [Symbol.dispose]: () => folder.remove(),
  };
}

/** Code blocks of a page in a language, without their first line, which names a file. */
function blocks(page: string, language: string): { readonly file: string; readonly code: string }[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}\\n(?:// |# )(\\S+)\\n([^]*?)^\`\`\`$`, 'gm'));
  return [...found].map(([, file = '', code = '']) => ({ file, code }));
}

/** The text with a change: lines that begin with a space or `-` are there once, one after the other; those with a space or `+` take their place. */
function applied(text: string, change: string, file: string): string {
  const lines = change.trimEnd().split('\n');
  const side = (sign: string) => lines.filter((line) => line.startsWith(' ') || line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join('');
  const [before, after] = [side('-'), side('+')];
  const parts = text.split(before);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times:\n${before}`);
  return parts.join(after);
}

describe('who follows the documents', () => {
  test('adds a service in its own folder and six places (docs/add-a-service.md), and it takes part in the stories', async () => {
    using copy = await followed('add-a-service.md');
    expect([...copy.changed]).toHaveLength(6);
    // As `bun install` does.
    await cp(copy.at('inventory/node_modules'), copy.at('notification/node_modules'), { recursive: true, verbatimSymlinks: true });
    await symlink('../../../notification', copy.at('system/node_modules/@souk/notification'));
    copy.runCommands();
    copy.run('.', TSC, '--noEmit');
    copy.run('notification', process.execPath, 'test');
    copy.run('contracts', process.execPath, 'test');
    copy.run('system', process.execPath, 'test', 'test/import-direction', 'test/deploy/compose-file', 'test/images/dockerfiles', 'test/check-steps', 'test/document-links', 'test/stories');
    const asked = ['route-access', 'http-files', 'resource-rules'].map((name) => `test/contract/${name}`);
    copy.run('system', 'env', ...ON_SERVERS.flatMap((variable) => ['-u', variable]), process.execPath, 'test', ...asked);
  }, PAGE_LIMIT_MS);

  test('adds a field to the order (docs/add-a-field.md), which is kept, shown, erased and described', async () => {
    using copy = await followed('add-a-field.md');
    copy.runCommands();
    copy.run('.', TSC, '--noEmit');
    copy.run('contracts', process.execPath, 'test');
    copy.run('order', process.execPath, 'test', 'test/http', 'test/storage', 'test/openapi.test.ts');
    copy.run('system', process.execPath, 'test', 'test/erasure.test.ts', 'test/personal-field');
  }, PAGE_LIMIT_MS);
});
