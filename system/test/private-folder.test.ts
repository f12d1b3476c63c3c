import { describe, expect, test } from 'bun:test';
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { startShopProcess } from '../src/shop/shop-process.ts';
import { asOrdinaryUser } from './support/ordinary-user.ts';
import { runStart, runStartWith } from './support/run-start.ts';

const LIMIT_MS = 60_000;
const isRoot = process.getuid?.() === 0;

/** Paths from the folder on, with the bits that others have of them. */
function openToOthers(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true }).map(String);
  return ['.', ...all].flatMap((path) => {
    const bits = lstatSync(join(folder, path)).mode & 0o077;
    return bits === 0 ? [] : [`${path} ${bits.toString(8)}`];
  });
}

describe('the folder of an embedded shop', () => {
  test('is private to its user, and so is every file in it, also while the shop runs', async () => {
    using home = temporaryFolder();
    const before = process.umask(0o022);
    const folder = join(home.path, 'shop');
    const shop = await startShopProcess({ folder });
    try {
      const names = readdirSync(folder);
      for (const name of ['user.db', 'user.db-wal', 'user.db-shm', 'log.db', 'gateway.db', 'accounts.json']) expect(names).toContain(name);
      expect(openToOthers(folder)).toEqual([]);
      expect(await shop.stop()).toBe(0);
      expect(openToOthers(folder)).toEqual([]);
    } finally {
      process.umask(before);
      shop.kill();
    }
  }, LIMIT_MS);

  test.each([0o755, 0o750, 0o701, 0o770])('that others can look into (%o) is refused with the cure, which works', async (mode) => {
    using home = temporaryFolder();
    const folder = join(home.path, "the shop's");
    mkdirSync(folder);
    chmodSync(folder, mode);
    const start = () => runStart('--once', '--json', '--first-port', '0', '--data', folder);
    const { code, out, err } = await start();
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(5);
    expect(err).toContain(`can be read by others (mode 0${mode.toString(8)})`);
    expect(readdirSync(folder)).toEqual([]);
    const cure = /chmod -R go= .*/.exec(err)?.[0] ?? '';
    expect(await Bun.spawn(['sh', '-c', cure]).exited).toBe(0);
    expect(openToOthers(folder)).toEqual([]);
  }, LIMIT_MS);

  test('that is private while its files are not, gets private files', async () => {
    using home = temporaryFolder();
    chmodSync(home.path, 0o700);
    writeFileSync(join(home.path, 'user.db'), '');
    chmodSync(join(home.path, 'user.db'), 0o644);
    expect((await runStart('--once', '--json', '--first-port', '0', '--data', home.path)).code).toBe(0);
    expect(openToOthers(home.path)).toEqual([]);
  }, LIMIT_MS);

  test.if(isRoot)("that is another user's is refused", async () => {
    using home = temporaryFolder();
    chmodSync(home.path, 0o777);
    const { code, err } = await runStartWith({ as: asOrdinaryUser }, '--once', '--first-port', '0', '--data', home.path);
    expect(code).toBe(3);
    expect(err).toContain('belongs to another user of this machine (id 0)');
    chmodSync(home.path, 0o700);
  }, LIMIT_MS);
});
