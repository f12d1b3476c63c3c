import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn, which } from 'bun';
import { EnvironmentError } from '../cli/exit-code.ts';

/** MIT, PyPI. A newer one may find more: raise it on purpose. */
const VERSION = '4.32.5';
/** 93 MB; a name of its own per version, so that a half-made one is never taken for another. */
const FOLDER = join(import.meta.dir, '../../../.cache', `schemathesis-${VERSION}`);
const INSTALL_LIMIT_MS = 180_000;

/** Path of the program, installed into a virtual environment of its own on first use. Throws EnvironmentError. */
export async function installSchemathesis(say: (line: string) => void): Promise<string> {
  const program = join(FOLDER, 'bin/schemathesis');
  const done = join(FOLDER, 'installed');
  if (existsSync(done)) return program;
  const python = which('python3');
  if (python === null) throw new EnvironmentError('fuzzing needs python3, which is not here', 'Install python3 with venv and pip.');
  say(`installing schemathesis ${VERSION}`);
  await mkdir(FOLDER, { recursive: true });
  await run([python, '-m', 'venv', '--clear', FOLDER]);
  await run([join(FOLDER, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`]);
  await Bun.write(done, VERSION);
  return program;
}

async function run(words: string[]): Promise<void> {
  const child = spawn(words, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', timeout: INSTALL_LIMIT_MS, killSignal: 'SIGKILL' });
  const [code, errors] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code === 0) return;
  const cause = `schemathesis could not be installed: ${errors.trim().split('\n').at(-1) ?? `exit code ${code}`}`;
  throw new EnvironmentError(cause, 'It comes from PyPI by python3, venv and pip (Debian: python3-venv).');
}
