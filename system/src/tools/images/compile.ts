import { SERVICES } from '@souk/contracts/services';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFiles } from './console-files.ts';
import { programBuild } from './lean-program.ts';
import { writeMaterials } from './materials.ts';

/**
 * `npm run compile [program ...]`: compiles one executable per service, and one of the console, into `dist/`; all six if none is
 * named. The Dockerfile calls it as well, so that an image holds what CI and the benchmark have run.
 */
const ROOT = join(import.meta.dir, '../../../..');

/** Factor by which code has to run more often before it is compiled, until the start is over (`runProgram`). */
const JIT_POLICY = 16;

const PROGRAMS = [...SERVICES, 'console'] as const;

/**
 * Compiles one program. Bytecode makes it ready in a fraction of the time; not compiling what a start runs once cuts that to two
 * thirds. Nothing is read from the working folder.
 */
async function compile(name: string): Promise<boolean> {
  const { success, logs, outputs, metafile } = await Bun.build({
    ...programBuild(name),
    bytecode: true,
    sourcemap: 'linked',
    metafile: true,
    compile: { outfile: join(ROOT, 'dist', name), autoloadDotenv: false, autoloadBunfig: false, jitPolicy: JIT_POLICY },
    throw: false,
  });
  // The executable contains the source maps, too.
  for (const { kind, path } of outputs) if (kind === 'sourcemap') await rm(path, { force: true });
  for (const log of logs) process.stderr.write(`${name}: ${log.message}\n`);
  if (!success) return false;
  const ofPage = name === 'console' ? (await consoleFiles()).inputs : [];
  await writeMaterials(ROOT, name, [...Object.keys(metafile?.inputs ?? {}), ...ofPage]);
  process.stderr.write(`compiled dist/${name}\n`);
  return true;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PROGRAMS.some((program) => program === name));
if (unknown.length > 0) {
  process.stderr.write(`no such program: ${unknown.join(', ')}; there are ${PROGRAMS.join(', ')}\n`);
  process.exitCode = 2;
} else {
  const failed: string[] = [];
  for (const name of wanted.length === 0 ? PROGRAMS : wanted) if (!(await compile(name))) failed.push(name);
  if (failed.length > 0) {
    process.stderr.write(`not compiled: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
