import { expect, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../src/testing/temporary-store.ts';

const ROOT = join(import.meta.dir, '../..');
/** The samples lie outside of the repository: here is where they find packages. */
const OPTIONS = {
  paths: {
    '@souk/chassis/*': [join(ROOT, 'chassis/src/*.ts')],
    '@souk/contracts/*': [join(ROOT, 'contracts/src/*.ts')],
    '*': [join(ROOT, 'chassis/node_modules/*'), join(ROOT, 'node_modules/*')],
  },
  types: [join(ROOT, 'node_modules/bun-types')],
};

test('the code in README.md compiles', async () => {
  const readme = await readFile(join(import.meta.dir, '../README.md'), 'utf8');
  const samples = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
  expect(samples.length).toBeGreaterThan(3);
  const folder = temporaryFolder();
  try {
    for (const [at, code] of samples.entries()) {
      const name = /^\/\/ ([a-z.-]+\.ts)$/m.exec(code)?.[1] ?? `sample-${at}.ts`;
      await writeFile(join(folder.path, name), code);
    }
    await writeFile(join(folder.path, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: OPTIONS, include: ['*.ts'] }));
    const { stdout, exitCode } = Bun.spawnSync([join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '-p', folder.path], { timeout: 60_000 });
    expect(stdout.toString()).toBe('');
    expect(exitCode).toBe(0);
  } finally {
    folder.remove();
  }
}, 60_000);
