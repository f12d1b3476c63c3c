import { expect, test } from 'bun:test';
import { pageFiles } from '../../src/server/browser-files.ts';

/** Most that the first screen may weigh, in bytes of gzip. */
const LIMIT = 60_000;

test('The first screen weighs at most 60 kB in gzip, without the panels of the drawer', async () => {
  const files = await pageFiles();
  const page = files.get('/');
  if (page === undefined) throw new Error('There is no page');
  const named = [...new TextDecoder().decode(Bun.gunzipSync(page.gzip)).matchAll(/(?:src|href)="(\/page-[^"]+)"/g)].flatMap(([, path]) => (path === undefined ? [] : [path]));
  const first = [page, ...named.map((path) => files.get(path)).filter((file) => file !== undefined)];
  expect(first).toHaveLength(1 + named.length);
  expect(first.reduce((sum, { gzip }) => sum + gzip.length, 0)).toBeLessThanOrEqual(LIMIT);
  const text = first.map(({ gzip }) => new TextDecoder().decode(Bun.gunzipSync(gzip))).join('\n');
  expect(text).not.toContain('It does not add up');
});
