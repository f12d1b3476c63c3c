import type { BuildConfig, BunPlugin } from 'bun';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

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
    const run = Bun.spawnSync([process.execPath, program, JSON.stringify(given)], { cwd: folder, timeout: RUN_LIMIT_MS });
    return { code, printed: JSON.parse(run.stdout.toString()) as readonly unknown[] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
