import type { BuildConfig, BunPlugin } from 'bun';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { programBuild } from '../../src/tools/images/lean-program.ts';

interface BuiltProgram {
  readonly code: string;
  /** What it printed, as JSON. */
  readonly printed: readonly unknown[];
}

const RUN_LIMIT_MS = 30_000;

/** Bundles a file of this folder, runs what comes of it with `given` as its argument, and leaves nothing behind. */
export async function builtProgram(file: string, given: unknown, how: Partial<BuildConfig>): Promise<BuiltProgram> {
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, file)], target: 'bun', ...how });
  const code = (await outputs[0]?.text()) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'souk-built-'));
  try {
    await Promise.all(outputs.map((output) => Bun.write(join(folder, basename(output.path)), output)));
    const program = basename(outputs[0]?.path ?? '');
    return { code, printed: await printedBy([process.execPath, program], given, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same as an executable, made as a service's is; with its errors, which have the lines of the source. */
export async function compiledProgram(file: string, given: unknown): Promise<readonly unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-compiled-'));
  const outfile = join(folder, 'program');
  try {
    const how = { ...programBuild('user'), bytecode: true, sourcemap: 'linked' } as const;
    await Bun.build({ ...how, entrypoints: [join(import.meta.dir, file)], compile: { outfile, autoloadDotenv: false, autoloadBunfig: false } });
    return await printedBy([outfile], given, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function printedBy(command: readonly string[], given: unknown, folder: string): Promise<readonly unknown[]> {
  const child = Bun.spawn([...command, JSON.stringify(given)], { cwd: folder, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: RUN_LIMIT_MS });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (out === '') throw new Error(`${command.join(' ')} printed nothing: ${error}`);
  return JSON.parse(out) as readonly unknown[];
}

/** Finds a driver's own dependency, which is not to be found from here. */
export function asInstalled(dependency: string, driver: string): BunPlugin {
  const path = Bun.resolveSync(dependency, dirname(Bun.resolveSync(driver, import.meta.dir)));
  return {
    name: 'as-installed',
    setup: (build) => {
      build.onResolve({ filter: /./ }, (asked) => (asked.path === dependency ? { path } : undefined));
    },
  };
}
