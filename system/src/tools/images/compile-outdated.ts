import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { EnvironmentError } from '../../cli/errors.ts';

const ROOT = join(import.meta.dir, '../../../..');
const COMPILE = join(import.meta.dir, 'compile.ts');
const LIMIT_MS = 300_000;

/** Compiles the executables that are missing or older than their sources, and reports it. Throws EnvironmentError. */
export async function compileOutdated(note: (line: string) => void): Promise<void> {
  const shared = await lastChange([...sourceOf('contracts'), ...sourceOf('chassis'), 'system/src/tools/images/*.ts', 'bun.lock']);
  const outdated = (await Promise.all(SERVICES.map(async (name) => ((await isCurrent(name, shared)) ? [] : [name])))).flat();
  if (outdated.length === 0) return;
  note(`compiling ${outdated.join(', ')}: not there yet, or older than the source`);
  const compiling = Bun.spawn([process.execPath, COMPILE, ...outdated], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS });
  const [said, code] = await Promise.all([compiling.stderr.text(), compiling.exited]);
  if (code !== 0) throw new EnvironmentError(`the services cannot be compiled: ${said.trim()}`, 'npm run types says what is wrong with the source');
}

/** Two patterns, because Bun finds nothing with one that has braces around `**`. */
const sourceOf = (folder: string) => [`${folder}/src/**/*.ts`, `${folder}/package.json`];

async function isCurrent(name: ServiceName, sharedMs: number): Promise<boolean> {
  const madeMs = await changedAt(join('dist', name));
  return madeMs > sharedMs && madeMs > (await lastChange(sourceOf(name)));
}

async function lastChange(patterns: readonly string[]): Promise<number> {
  const files = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT })]);
  return Math.max(...(await Promise.all(files.map(changedAt))));
}

/** Time of the last change in epoch milliseconds; 0: the file does not exist. */
async function changedAt(file: string): Promise<number> {
  const path = join(ROOT, file);
  return (await Bun.file(path).exists()) ? (await stat(path)).mtimeMs : 0;
}
