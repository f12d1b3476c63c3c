import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStart } from './support/run-start.ts';

const ROOT = join(import.meta.dir, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Each command of the root README, with the test that runs it, or the script below that says how it is used. */
const RUN_BY: Readonly<Record<string, string>> = {
  'npm start': 'system/test/start-command.test.ts',
  'npm start -- --help': 'system/test/readme-commands.test.ts',
  'npm start -- --real': 'system/test/folder-with-letters.test.ts',
  'npm start -- --against compose': 'system/test/deploy/compose-engine.test.ts',
  // These are the run that this test is a part of.
  'npm test': '.ci/run',
  'npm test -- --real': '.ci/run',
  'npm run verify': 'system/test/verify-command.test.ts',
  'npm run servers': 'system/test/servers.test.ts',
  'npm run compile': 'system/test/images/program-build.test.ts',
  'npm run openapi': 'chassis/src/testing/describe-openapi.ts',
  'npm run bench': 'system/test/bench-command.test.ts',
  'npm run bench -- --rates 1500': 'system/test/bench-command.test.ts',
  'npm run bench -- --grow 3000000': 'system/test/bench-command.test.ts',
  'npm run bench:console': 'system/test/console/figures.test.ts',
  'docker compose up --wait': 'system/test/deploy/compose-engine.test.ts',
  'sh deploy/make-secrets.sh': 'system/test/deploy/database-scripts.test.ts',
  'sh deploy/upgrade.sh': 'system/test/deploy/upgrade-script.test.ts',
};

const commands = [...new Set([...README.matchAll(/^ {4}((?:npm|sh|docker) .*)$|`((?:npm|sh|docker) [^`]*)`/gm)].map(([, line, span]) => (line ?? span ?? '').trim()))];

describe('README.md', () => {
  test('has 200 lines at most, and its first command stands above line 30', () => {
    const lines = README.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.findIndex((line) => line.startsWith('    npm '))).toBeLessThan(29);
  });

  test('names no command that no test runs', () => {
    expect(commands.filter((command) => RUN_BY[command] === undefined)).toEqual([]);
    expect(Object.keys(RUN_BY).filter((command) => !commands.includes(command))).toEqual([]);
  });

  test.each([...new Set(Object.values(RUN_BY))])('%s is there', (file) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).not.toBe('');
  });

  test.each(commands.filter((command) => command.startsWith('npm run ')))('%s is a script of the package', (command) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
    expect(Object.keys(scripts)).toContain(command.split(' ')[2] ?? '');
  });

  test('shows what npm start prints: the same lines, with other times and links', async () => {
    const shown = /<!-- npm start -->\n([^]*)<!-- \/npm start -->/.exec(README)?.[1]?.replaceAll(/^ {4}/gm, '').trim().split('\n') ?? [];
    const { out, code } = await runStart('--once', '--first-port', '0', '--data', `${process.env['TMPDIR'] ?? '/tmp'}/souk-readme-${process.pid}`);
    expect(code).toBe(0);
    const printed = out.split('\n').map(shape);
    // `--once` starts no console.
    const missing = shown.map(shape).filter((line) => line !== '' && line !== '...' && !line.includes('Console') && !line.includes('first visitor') && !printed.includes(line));
    expect(missing).toEqual([]);
  }, 90_000);

  test('npm start -- --help tells of every option', async () => {
    const { out, code } = await runStart('--help');
    expect(code).toBe(0);
    for (const option of ['--once', '--no-demo', '--no-console', '--real', '--against', '--json', '--data', '--first-port']) expect(out).toContain(option);
  });
});

/** A line without what is different in each run. */
function shape(line: string): string {
  return line.replaceAll(/\d{2}:\d{2}:\d{2}\.\d{3}|\d+ ms|127\.0\.0\.1:\d+/g, '·').trim();
}
