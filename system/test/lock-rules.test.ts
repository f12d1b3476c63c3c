import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { licenceFaults, lockFaults } from '../src/tools/check/supply-chain.ts';
import { type LockedPackage, readLock } from '../src/tools/images/read-lock.ts';

const INTEGRITY = `sha512-${'A'.repeat(86)}==`;
const good: LockedPackage = { name: 'jose', version: '6.2.17', integrity: INTEGRITY };

test('the lockfile of this repository is read whole: every package with a version and a sha512, but our own', async () => {
  const packages = readLock(await Bun.file(join(import.meta.dir, '../../bun.lock')).text());
  expect(packages.length).toBeGreaterThan(400);
  expect(packages.filter(({ version }) => version.startsWith('workspace:')).map(({ name }) => name)).toContain('@souk/order');
  expect(packages.find(({ name }) => name === 'bun')?.version).toBe(Bun.version);
  expect(lockFaults(packages, [])).toEqual([]);
});

test('a lockfile of another version is not guessed at', () => {
  expect(() => readLock('{ "lockfileVersion": 3, "packages": {} }')).toThrow('bun.lock has version 3');
});

test.each([
  [{ ...good, version: 'github:panva/jose#abc' }, 'jose comes from github:panva/jose#abc'],
  [{ ...good, version: 'https://example.com/jose.tgz' }, 'jose comes from https://example.com/jose.tgz'],
  [{ ...good, version: 'git+ssh://git@example.com/jose' }, 'jose comes from git+ssh:'],
  [{ ...good, integrity: undefined }, 'jose@6.2.17 has no sha512'],
  [{ ...good, integrity: 'sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }, 'jose@6.2.17 has no sha512'],
])('%j is refused', (locked, sentence) => {
  expect(lockFaults([locked], [])).toEqual([expect.stringContaining(sentence)]);
});

test('two majors of what signs or speaks to servers are refused, of anything else they are not', () => {
  expect(lockFaults([good, { ...good, version: '5.0.0' }], [])).toEqual(['jose is there in 2 majors: 6, 5']);
  expect(lockFaults([good, { ...good, version: '6.0.0' }, { ...good, name: 'glob' }, { ...good, name: 'glob', version: '1.0.0' }], [])).toEqual([]);
});

test.each([
  [{ dependencies: { jose: '^6.2.17' } }, 'jose is ^6.2.17, neither exact nor of the catalog'],
  [{ devDependencies: { jose: 'latest' } }, 'jose is latest'],
  [{ dependencies: { jose: 'github:panva/jose' } }, 'jose is github:panva/jose'],
  [{ workspaces: { catalog: { jose: '~6.2.17' } } }, 'the catalog has jose as ~6.2.17, not one version'],
  [{ trustedDependencies: ['bun', 'jose'] }, 'install scripts of jose would run'],
])('a package.json with %j is refused', (manifest, sentence) => {
  expect(lockFaults([], [{ file: 'x/package.json', ...manifest }])).toEqual([expect.stringContaining(sentence)]);
});

test('what is exact, of the catalog or our own is fine', () => {
  expect(lockFaults([good], [{ file: 'package.json', dependencies: { jose: 'catalog:', '@souk/order': 'workspace:*', pino: '10.4.0' }, trustedDependencies: ['bun'], workspaces: { catalog: { jose: '6.2.17' } } }])).toEqual([]);
});

test('a licence that nobody has looked at is refused, and so is none', () => {
  expect(licenceFaults([{ id: 'a@1.0.0', licence: 'MIT' }])).toEqual([]);
  expect(licenceFaults([{ id: 'a@1.0.0', licence: 'AGPL-3.0-only' }, { id: 'b@1.0.0', licence: '' }])).toEqual([expect.stringContaining('a@1.0.0 is under AGPL-3.0-only'), expect.stringContaining('b@1.0.0 is under no licence')]);
});
