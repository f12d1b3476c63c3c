import { afterAll, expect, test } from 'bun:test';
import type { BunPlugin } from 'bun';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leanPromClient } from '../../src/images/lean-prom-client.ts';

const folder = await mkdtemp(join(tmpdir(), 'souk-lean-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a compiled program has the same metrics without what prom-client loads for others', async () => {
  const [own, lean] = [await metricsWith([]), await metricsWith([leanPromClient])];
  expect(own.code).toInclude('Pushgateway');
  expect(lean.code).not.toInclude('class Pushgateway');
  expect(lean.names).toEqual(own.names);
  expect(lean.names.length).toBeGreaterThan(5);
});

async function metricsWith(plugins: BunPlugin[]): Promise<{ code: string; names: readonly string[] }> {
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, 'print-metrics.ts')], target: 'bun', plugins });
  const code = (await outputs[0]?.text()) ?? '';
  const program = join(folder, `metrics-${plugins.length}.js`);
  await Bun.write(program, code);
  const run = Bun.spawnSync([process.execPath, program], { timeout: 30_000 });
  return { code, names: JSON.parse(run.stdout.toString()) as readonly string[] };
}
