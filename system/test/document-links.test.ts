import { describe, expect, test } from 'bun:test';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import { Glob } from 'bun';

const ROOT = join(import.meta.dir, '../..');
const decisions = (await readdir(join(ROOT, 'docs/adr'))).map((file) => `docs/adr/${file}`);
const pages = (await readdir(join(ROOT, 'docs'))).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
const readmes = [...SERVICES, 'contracts', 'chassis', 'console', 'system'].map((folder) => `${folder}/README.md`);
const rooms = [...new Glob('chassis/src/**/README.md').scanSync({ cwd: ROOT })];

/** As GitHub makes the end of a heading's address. */
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');

async function isThere(file: string, anchor: string | undefined): Promise<boolean> {
  if (anchor === undefined) return (await stat(file).catch(() => undefined)) !== undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  return [...text.matchAll(/^#+ (.*)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor);
}

describe('documents', () => {
  test.each(['README.md', 'SECURITY.md', ...pages, ...readmes, ...rooms, ...decisions])('%s links to what is there', async (page) => {
    const text = (await readFile(join(ROOT, page), 'utf8')).replaceAll(/^```[^]*?^```|`[^`\n]*`/gm, '');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, file = '', anchor]) => ({ file, anchor }));
    const missing: string[] = [];
    for (const { file, anchor } of links) {
      if (!(await isThere(file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file), anchor))) missing.push(`${file}#${anchor ?? ''}`);
    }
    expect(missing).toEqual([]);
  });

  test('docs/adr/README.md lists every decision once', async () => {
    const listed = [...(await readFile(join(ROOT, 'docs/adr/README.md'), 'utf8')).matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => `docs/adr/${file}`);
    expect(listed.toSorted()).toEqual(decisions.filter((file) => file !== 'docs/adr/README.md').toSorted());
  });
});
