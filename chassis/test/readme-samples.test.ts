import { expect, test } from 'bun:test';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

test('the code in README.md compiles', async () => {
  const readme = await readFile(join(import.meta.dir, '../README.md'), 'utf8');
  const samples = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
  expect(samples.length).toBeGreaterThan(3);
  // In this folder, so that packages are found as a test finds them.
  const folder = await mkdtemp(join(import.meta.dir, 'readme-'));
  try {
    for (const [at, code] of samples.entries()) {
      const name = /^\/\/ ([a-z.-]+\.ts)$/m.exec(code)?.[1] ?? `sample-${at}.ts`;
      await writeFile(join(folder, name), code);
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.json', include: ['*.ts'] }));
    const { stdout, exitCode } = Bun.spawnSync([join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '-p', folder], { timeout: 60_000 });
    expect(stdout.toString()).toBe('');
    expect(exitCode).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
