import { join } from 'node:path';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const MAIN = join(import.meta.dir, '../../src/main.ts');
const LIMIT_MS = 60_000;

interface RunOptions {
  /** Makes of the command what is run. */
  readonly as?: (command: readonly string[]) => string[];
  readonly cwd?: string;
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `npm start -- <parameters>` to its own end; killed when it takes too long. */
export function runStart(...parameters: readonly string[]): Promise<Run> {
  return runStartWith({}, ...parameters);
}

export async function runStartWith({ as = (command) => [...command], cwd = '.', env = {} }: RunOptions, ...parameters: readonly string[]): Promise<Run> {
  const child = Bun.spawn(as([process.execPath, MAIN, ...parameters]), { cwd, env: { ...process.env, ...env }, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const limit = setTimeout(() => child.kill(9), LIMIT_MS);
  try {
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { code, out, err };
  } finally {
    clearTimeout(limit);
    child.kill(9);
  }
}
