import { expect, test } from 'bun:test';
import { join } from 'node:path';

const TOOLS = join(import.meta.dir, '../src/tools');

/** `npm run bench` and what goes with it, at their shortest: that they end well, not how fast anything was. */
async function run(script: string, ...parameters: readonly string[]) {
  const child = Bun.spawn([process.execPath, join(TOOLS, script), ...parameters], { env: { ...process.env }, stdout: 'pipe', stderr: 'pipe', stdin: 'ignore', timeout: 120_000 });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { out, err, code };
}

test('npm run bench measures, with pages of the console that read along, and finds no broken promise', async () => {
  const { out, err, code } = await run('bench/main.ts', '--rates', '20', '--seconds', '1', '--pages', '2');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/2 pages read [\d.]+ MB/);
  expect(out).toContain('checker: 0 violations');
}, 130_000);
