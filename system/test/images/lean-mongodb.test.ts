import { expect, test } from 'bun:test';
import type { BunPlugin } from 'bun';
import { leanMongodb } from '../../src/tools/images/lean-program.ts';
import { asInstalled, builtProgram } from './built-program.ts';

const ADDRESSES = [
  'mongodb://127.0.0.1:27017/shop',
  'mongodb://a.example:27017,b.example:27018,c.example/shop?replicaSet=rs0&w=majority',
  'mongodb://us%40er:p%2F%3Aa%25ss%40word@db-1.example:27017,db-2.example/?authSource=admin&tls=true',
  'mongodb://[::1]:27017,127.0.0.1:27018/caf%C3%A9?directConnection=false&readPreferenceTags=dc:ny,rack:1',
  'mongodb://under_score.example/?appName=a%20b',
];
const WRONG = ['mongodb://', 'http://127.0.0.1/', 'mongodb://a:b:c@host/', 'mongodb://127.0.0.1:99999/shop'];

test("MongoDB's driver reads every address with the runtime's URL as it does with its own", async () => {
  const [own, native] = [await readWith([]), await readWith([leanMongodb])];
  expect([own.includesTables, own.includesBuckets]).toEqual([true, true]);
  expect([native.includesTables, native.includesBuckets]).toEqual([false, false]);
  expect(native.read).toEqual(own.read);
  expect(native.read.slice(0, ADDRESSES.length).every((each) => Array.isArray(each))).toBe(true);
  expect(native.read.slice(ADDRESSES.length).every((each) => each === 'refused')).toBe(true);
});

test('a password is prepared as RFC 4013 says, with the tables only where it is not plain ASCII', async () => {
  const passwords = ['plain', 'a b!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '', 'I\u00adX', '\u00a0nbsp', 'Ⅸ', 'a\u0007b', '\u0627\u0031', 'é'.normalize('NFD')];
  const prepared = (plugin: BunPlugin) => builtProgram('prepare-passwords.ts', passwords, { plugins: [plugin] });
  const [own, lean] = [await prepared(asInstalled('@mongodb-js/saslprep', 'mongodb')), await prepared(leanMongodb)];
  expect(lean.printed).toEqual(own.printed);
  expect(lean.printed.slice(0, 4)).toEqual(['plain', passwords[1], '', 'IX']);
  expect(lean.printed.filter((each) => each === null)).toHaveLength(2);
});

test('HTTP is loaded when the driver makes a request by it', async () => {
  const asked = (plugins: BunPlugin[]) => builtProgram('ask-by-http.ts', null, { plugins });
  const [own, lean] = [await asked([]), await asked([leanMongodb])];
  expect(lean.code).not.toBe(own.code);
  expect(lean.printed).toEqual(own.printed);
  expect(lean.printed).toEqual([{ status: 202, body: '/token' }, 'refused']);
});

/** What the driver makes of the addresses in a program that is built as ours are. */
async function readWith(plugins: BunPlugin[]): Promise<{ read: readonly unknown[]; includesTables: boolean; includesBuckets: boolean }> {
  const { printed, code } = await builtProgram('read-addresses.ts', [...ADDRESSES, ...WRONG], { plugins });
  return { read: printed, includesTables: code.includes('tr46'), includesBuckets: code.includes('class GridFSBucket ') };
}
