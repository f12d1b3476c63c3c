import { describe, expect, test } from 'bun:test';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');
const page = await readFile(join(ROOT, 'docs/security.md'), 'utf8');

interface Row {
  readonly chapter: string;
  readonly what: string;
  readonly state: string;
  readonly proof: string;
}

const [, ...chapters] = page.split(/^### (?=V\d)/m);
const rows = chapters.flatMap((text): Row[] => {
  const chapter = text.slice(0, text.indexOf(' '));
  const cells = [...text.matchAll(/^\| (.*) \| (met|yours|not met) \| (.*) \|$/gm)];
  return cells.map(([, what = '', state = '', proof = '']) => ({ chapter, what, state, proof }));
});

/** A test file, and the titles in it, or parts of them, that stand behind it. */
const proofsOf = ({ proof }: Row) =>
  [...proof.matchAll(/`([^`]+\.test\.ts)`((?: (?:'[^']*'|"[^"]*"))*)/g)].map(([, file = '', titles = '']) => ({ file, titles: [...titles.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '') }));

describe('docs/security.md', () => {
  test('has every chapter of ASVS 5, and no row of another form', () => {
    expect(chapters.map((text) => text.slice(0, text.indexOf(' ')))).toEqual(Array.from({ length: 17 }, (_, i) => `V${i + 1}`));
    const lines = chapters.flatMap((text) => text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what |')));
    expect(rows).toHaveLength(lines.length);
  });

  test.each(rows.filter(({ state }) => state === 'met'))('$chapter: $what: names the test that proves it, by its title', (row) => {
    expect(proofsOf(row)).not.toEqual([]);
    for (const { titles } of proofsOf(row)) expect(titles).not.toEqual([]);
  });

  test.each(rows.filter((row) => proofsOf(row).length > 0))('$chapter: $what: what is named is there', async (row) => {
    for (const { file, titles } of proofsOf(row)) {
      const text = (await readFile(join(ROOT, file), 'utf8')).replaceAll("\\'", "'");
      const named = text.split('\n').filter((line) => /^\s*(?:(?:test|describe)\b|\] ?(?:as const)?\)\()/.test(line));
      for (const title of titles) expect(named.filter((line) => line.includes(title))).not.toEqual([]);
    }
  });

  test.each([...page.matchAll(/^\| .* \| \[`(\w+)`\]\(\.\.\/(\S+)\) \| (\d+) \|$/gm)].map(([, constant, file, value]) => ({ constant, file, value })))('the limit $constant of $file is $value', async ({ constant, file, value }) => {
    const text = await readFile(join(ROOT, file ?? ''), 'utf8');
    const written = new RegExp(`const ${constant}(?:: number)? = ([\\d_ *]+);`).exec(text)?.[1] ?? '';
    const factors = written.replaceAll('_', '').replaceAll('**', '^').split('*').map((factor) => factor.split('^').map(Number).reduce((base, power) => base ** power));
    expect(factors.reduce((product, factor) => product * factor, 1)).toBe(Number(value));
  });

  test('has links to what is there', async () => {
    const links = [...page.matchAll(/\]\((?!http)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    for (const link of links) expect((await stat(join(ROOT, 'docs', link))).isFile()).toBe(true);
  });
});
