import { afterAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativeUrl } from '../../src/images/native-url.ts';

const ADDRESSES = [
  'mongodb://127.0.0.1:27017/shop',
  'mongodb://a.example:27017,b.example:27018,c.example/shop?replicaSet=rs0&w=majority',
  'mongodb://us%40er:p%2F%3Aa%25ss%40word@db-1.example:27017,db-2.example/?authSource=admin&tls=true',
  'mongodb://[::1]:27017,127.0.0.1:27018/caf%C3%A9?directConnection=false&readPreferenceTags=dc:ny,rack:1',
  'mongodb://under_score.example/?appName=a%20b',
];
const WRONG = ['mongodb://', 'http://127.0.0.1/', 'mongodb://a:b:c@host/', 'mongodb://127.0.0.1:99999/shop'];

const folder = await mkdtemp(join(tmpdir(), 'souk-native-url-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("MongoDB's driver reads every address with the runtime's URL as it does with its own", async () => {
  const [own, native] = [await readWith([]), await readWith([nativeUrl])];
  expect(own.includesTables).toBe(true);
  expect(native.includesTables).toBe(false);
  expect(native.read).toEqual(own.read);
  expect(native.read.slice(0, ADDRESSES.length).every((each) => Array.isArray(each))).toBe(true);
  expect(native.read.slice(ADDRESSES.length).every((each) => each === 'refused')).toBe(true);
});

/** What the driver makes of the addresses in a program that is built as ours are. */
async function readWith(plugins: (typeof nativeUrl)[]): Promise<{ read: readonly unknown[]; includesTables: boolean }> {
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, 'read-addresses.ts')], target: 'bun', plugins });
  const code = (await outputs[0]?.text()) ?? '';
  const program = join(folder, `read-${plugins.length}.js`);
  await Bun.write(program, code);
  const run = Bun.spawnSync([process.execPath, program, JSON.stringify([...ADDRESSES, ...WRONG])], { timeout: 30_000 });
  return { read: JSON.parse(run.stdout.toString()), includesTables: code.includes('tr46') };
}
