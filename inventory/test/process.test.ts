import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const MAIN = join(import.meta.dir, '../src/main.ts');

function start(folder: string, env: Readonly<Record<string, string>>, ...args: string[]) {
  return Bun.spawn([process.execPath, MAIN, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_PATH: join(folder, 'inventory.db'),
      EVENT_LOG_PATH: join(folder, 'log.db'),
      ...env,
    },
    stdout: 'ignore',
    stderr: 'pipe',
  });
}

test('as a process: migrates, serves, and stops on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'souk-inventory-'));
  try {
    expect(await start(folder, {}, '--migrate').exited).toBe(0);
    const serving = start(folder, { PORT: '0' });
    const reader = serving.stderr.getReader();
    let output = '';
    const url = await until(async () => {
      output += new TextDecoder().decode((await reader.read()).value);
      return /"url":"([^"]+)"/.exec(output)?.[1];
    });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    serving.kill('SIGTERM');
    expect(await serving.exited).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 15_000);

test('as a process: names every variable that is wrong, and exits with 3', async () => {
  const failing = start('/nowhere', { PORT: 'x', PRODUCT_URL: 'product' });
  expect(await failing.exited).toBe(3);
  const said = await new Response(failing.stderr).text();
  expect(said).toContain('PORT must be');
  expect(said).toContain('PRODUCT_URL must be');
});
