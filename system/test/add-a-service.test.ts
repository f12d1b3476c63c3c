import { expect, test } from 'bun:test';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { copyProject } from './support/project-copy.ts';

const ROOT = join(import.meta.dir, '../..');
const PAGE = await readFile(join(ROOT, 'docs/add-a-service.md'), 'utf8');

/** Code blocks of the page in its language, without their first line, which names a file. */
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(?:// |# )(\\S+)\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, file = '', code = '']) => ({ file, code }));

test('docs/add-a-service.md, followed in a copy of the project, adds a service that passes the checks', async () => {
  using folder = temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  await copyProject(folder.path);
  for (const { file, code } of ['json', 'toml', 'ts'].flatMap(blocks)) {
    await mkdir(dirname(at(file)), { recursive: true });
    await writeFile(at(file), code);
  }
  const changed = blocks('diff');
  for (const { file, code } of changed) await writeFile(at(file), applied(await readFile(at(file), 'utf8'), code, file));
  expect([...new Set(changed.map(({ file }) => file))]).toHaveLength(6);

  // What `bun install` does.
  await cp(at('inventory/node_modules'), at('notification/node_modules'), { recursive: true, verbatimSymlinks: true });
  await symlink('../../../notification', at('system/node_modules/@souk/notification'));

  const run = (where: string, ...command: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: at(where), env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`, FORCE_COLOR: '0' }, timeout: 120_000 });
    const said = `${stdout.toString()}${stderr.toString()}`.split('\n').filter((line) => !line.startsWith('(pass)'));
    if (exitCode !== 0) throw new Error(`${command.join(' ')} in ${where} ended with ${exitCode}:\n${said.join('\n')}`);
  };
  for (const [, command = ''] of PAGE.matchAll(/^(\(?cd .*|npm run .*)$/gm)) run('.', 'sh', '-c', command);
  run('.', join(ROOT, 'node_modules/.bin/tsc'), '--noEmit');
  run('notification', process.execPath, 'test');
  run('contracts', process.execPath, 'test');
  run('system', process.execPath, 'test', 'test/import-direction.test.ts', 'test/deploy/compose-file.test.ts', 'test/images/dockerfiles.test.ts', 'test/check-steps.test.ts', 'test/document-links.test.ts', 'test/stories.test.ts');
}, 300_000);

/** The text with a change: lines that begin with a space or `-` are there once, one after the other; those with a space or `+` take their place. */
function applied(text: string, change: string, file: string): string {
  const lines = change.trimEnd().split('\n');
  const side = (sign: string) => lines.filter((line) => line.startsWith(' ') || line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join('');
  const [before, after] = [side('-'), side('+')];
  const parts = text.split(before);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times:\n${before}`);
  return parts.join(after);
}
