import { afterAll, expect, test } from 'bun:test';
import type { BunPlugin } from 'bun';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LEFT_OUT } from '../../src/images/left-out.ts';

const WRITTEN = [
  ['utf8', 'Grüße, 東京'],
  ['latin1', 'Grüße'],
  ['cp1252', '€ 5'],
  ['shiftjis', '東京'],
] as const;

/** Prints what becomes of each text that is written and read in an encoding; null where that is not to be had. */
const PROGRAM = `
  import { decode, encode } from 'iconv-lite';
  const writtenAndRead = ([encoding, text]) => {
    try {
      return decode(encode(text, encoding), encoding);
    } catch {
      return null;
    }
  };
  process.stdout.write(JSON.stringify(JSON.parse(process.argv[2]).map(writtenAndRead)));
`;

const folder = await mkdtemp(join(tmpdir(), 'souk-left-out-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The dependency of MySQL's driver, which is not to be found from here. */
const asInstalled: BunPlugin = {
  name: 'as-installed',
  setup: (build) => {
    build.onResolve({ filter: /^iconv-lite$/ }, ({ path }) => ({ path: Bun.resolveSync(path, dirname(Bun.resolveSync('mysql2', import.meta.dir))) }));
  },
};

test("what a program leaves out of MySQL's driver is encodings that no connection asks for, and nothing else", async () => {
  const [whole, lean] = [await builtWith([]), await builtWith([...LEFT_OUT])];
  expect(whole.read).toEqual(WRITTEN.map(([, text]) => text));
  expect(lean.read).toEqual([...WRITTEN.slice(0, 3).map(([, text]) => text), null]);
  expect(whole.bytes - lean.bytes).toBeGreaterThan(400_000);
});

async function builtWith(external: string[]): Promise<{ bytes: number; read: readonly unknown[] }> {
  const entry = join(folder, 'written-and-read.js');
  await Bun.write(entry, PROGRAM);
  const { outputs } = await Bun.build({ entrypoints: [entry], target: 'bun', minify: true, plugins: [asInstalled], external });
  const program = join(folder, `${external.length}.js`);
  const bytes = await Bun.write(program, (await outputs[0]?.text()) ?? '');
  const run = Bun.spawnSync([process.execPath, program, JSON.stringify(WRITTEN)], { timeout: 30_000 });
  return { bytes, read: JSON.parse(run.stdout.toString()) as readonly unknown[] };
}
