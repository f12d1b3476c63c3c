import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn, which } from 'bun';
import { EnvironmentError } from '../../cli/errors.ts';

/** Pins every package: the same seed finds the same things only with the same versions. */
const REQUIREMENTS = join(import.meta.dir, 'requirements.txt');
/** Takes 93 MB. */
const FOLDER = join(import.meta.dir, '../../../../.cache/schemathesis');
const INSTALL_LIMIT_MS = 180_000;

/** Returns the path of the program, installed into a virtual environment of its own on first use. Throws EnvironmentError. */
export async function installSchemathesis(say: (line: string) => void): Promise<string> {
  const program = join(FOLDER, 'bin/schemathesis');
  const done = join(FOLDER, 'installed.txt');
  const wanted = await readFile(REQUIREMENTS, 'utf8');
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted) return program;
  const python = which('python3');
  if (python === null) throw new EnvironmentError('fuzzing needs python3, which is not here', 'Install python3 with venv and pip.');
  say('installing schemathesis');
  await mkdir(FOLDER, { recursive: true });
  await run([python, '-m', 'venv', '--clear', FOLDER]);
  await run([join(FOLDER, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]);
  // Written last, so that a partial installation is never taken for a complete one.
  await Bun.write(done, wanted);
  return program;
}

async function run(words: string[]): Promise<void> {
  const child = spawn(words, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: INSTALL_LIMIT_MS, killSignal: 'SIGKILL' });
  const [code, out, errors] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  if (code === 0) return;
  // venv reports on standard output what it lacks.
  const why = (errors.trim() || out.trim()).split('\n').at(-1)?.replace(/\.$/, '') || `exit code ${code}`;
  const cure = 'It comes from PyPI by python3, venv and pip (Debian: python3-venv).';
  throw new EnvironmentError(`fuzzing needs schemathesis, which could not be installed: ${why}`, cure);
}
