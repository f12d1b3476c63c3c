import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import { Glob } from 'bun';

const PACKAGES = ['contracts', 'chassis', ...SERVICES, 'console', 'system'] as const;
const IMPORT = /(?:^|[\s;}])(?:import|export)\s+(?:[^'"()]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
const DOC_COMMENT = /^\s*\/\*\*\s*(?:\*\s*)?(\w+)/gm;
const QUESTION = /^(?:What|Who|How|Where)$/;

interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Paths of the files of ours it imports. */
  readonly imports: readonly string[];
  /** Imports of anything. */
  readonly importCount: number;
  readonly docComments: number;
  readonly questions: number;
}

export interface Shape {
  readonly name: string;
  readonly files: number;
  readonly medianLines: number;
  readonly p90Lines: number;
  readonly longest: number;
  readonly importsPer100Lines: number;
  /** Percentage of files that exactly one file imports, of the same folder. */
  readonly oneNeighbour: number;
  /** Percentage of doc comments that open with What, Who, How or Where. */
  readonly questions: number;
}

/** Sizes and imports of the source below `root`, tests left out: one row for each package and one for all. */
export async function shapesOf(root: string): Promise<readonly Shape[]> {
  const paths = PACKAGES.flatMap((name) => [...new Glob(`${name}/src/**/*.{ts,tsx}`).scanSync({ cwd: root })]);
  const files = await Promise.all(paths.map((path) => readSource(root, path)));
  const importers = Map.groupBy(
    files.flatMap(({ path, imports }) => imports.map((to) => ({ from: path, to }))),
    ({ to }) => to,
  );
  const hasOneNeighbour = ({ path }: SourceFile): boolean => {
    const [only, ...more] = new Set(importers.get(path)?.map(({ from }) => from));
    return only !== undefined && more.length === 0 && dirname(only) === dirname(path);
  };
  const shape = (name: string, some: readonly SourceFile[]): Shape => {
    const lines = some.map((file) => file.lines).toSorted((a, b) => a - b);
    const sum = (of: (file: SourceFile) => number) => some.reduce((total, file) => total + of(file), 0);
    return {
      name,
      files: some.length,
      medianLines: lines[Math.floor(lines.length / 2)] ?? 0,
      p90Lines: lines[Math.floor(lines.length * 0.9)] ?? 0,
      longest: lines.at(-1) ?? 0,
      importsPer100Lines: ratio(100 * sum((file) => file.importCount), sum((file) => file.lines)),
      oneNeighbour: ratio(100 * some.filter(hasOneNeighbour).length, some.length),
      questions: ratio(100 * sum((file) => file.questions), sum((file) => file.docComments)),
    };
  };
  return [...PACKAGES.map((name) => shape(name, files.filter(({ path }) => path.startsWith(`${name}/`)))), shape('all', files)];
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((10 * part) / whole) / 10);

/** Every module that a source imports or exports from, in its order; types count too, because a type that has to be known is a dependency. */
export function specifiersIn(source: string): readonly string[] {
  return [...source.matchAll(IMPORT)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '');
}

async function readSource(root: string, path: string): Promise<SourceFile> {
  const text = await readFile(join(root, path), 'utf8');
  const specifiers = specifiersIn(text);
  const openings = [...text.matchAll(DOC_COMMENT)].map(([, word = '']) => word);
  return {
    path,
    lines: text.split('\n').length - 1,
    imports: specifiers.flatMap((specifier) => ownFile(path, specifier) ?? []),
    importCount: specifiers.length,
    docComments: openings.length,
    questions: openings.filter((word) => QUESTION.test(word)).length,
  };
}

function ownFile(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  const [scope, name, ...rest] = specifier.split('/');
  return scope === '@souk' ? `${name}/src/${rest.join('/')}.ts` : undefined;
}

/** The shapes as a table for people. */
export function shapeTable(shapes: readonly Shape[]): string {
  const heading = ['', 'files', 'median', 'p90', 'longest', 'imports/100 lines', 'one neighbour %', 'What/Who/How/Where %'];
  const rows = shapes.map((row) => [row.name, row.files, row.medianLines, row.p90Lines, row.longest, row.importsPer100Lines, row.oneNeighbour, row.questions].map(String));
  const widths = heading.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [heading, ...rows].map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')).join('\n');
}
