import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { SCRIPTS } from '../folders.ts';

/** A server under a guard (`guard.sh`), which kills it and removes its folder when this process ends. */
export interface GuardedProcess {
  /** Null while it does not run. */
  readonly pid: number | null;
  /** Starts it; resolves before it serves. */
  run(): Promise<void>;
  /** Does nothing while it does not run. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Everything it has printed since its last start. */
  output(): string;
  /** Resolves when it is gone, and its port and its locks with it. */
  gone(): Promise<void>;
  /** Ends it and its guard, and removes its folder. */
  end(): Promise<void>;
}

const GONE_LIMIT_MS = 30_000;

export function guardedProcess(folder: string, command: readonly string[]): GuardedProcess {
  // In a session of its own: Ctrl-C in the terminal must not reach the guard.
  const guard = Bun.spawn(['bash', join(SCRIPTS, 'guard.sh'), folder, ...command], {
    // Without it Java misreads folder names with letters beyond ASCII; glibc has this locale everywhere.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    detached: true,
  });
  guard.unref();
  const log = join(folder, 'log');
  const answers = guard.stdout.getReader();
  let current: { pid: number; since: string | undefined } | undefined;
  const alive = () => current !== undefined && current.since !== undefined && startTick(current.pid) === current.since;
  const pid = () => (current !== undefined && alive() ? current.pid : null);
  return {
    get pid() {
      return pid();
    },
    async run() {
      await guard.stdin.write('start\n');
      await guard.stdin.flush();
      const { value } = await answers.read();
      const started = Number(new TextDecoder().decode(value));
      if (!(started > 0)) throw new Error('the guard of a server has died');
      current = { pid: started, since: startTick(started) };
    },
    signal(signal) {
      const target = pid();
      if (target !== null) process.kill(target, signal);
    },
    output: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    gone: async () => {
      await until('the end of a killed server', () => !alive(), GONE_LIMIT_MS);
    },
    async end() {
      await guard.stdin.end();
      await guard.exited;
    },
  };
}

/**
 * Start time of a process, in ticks since the machine booted; with its id it identifies one process for ever. Undefined if it is
 * gone: its parent, the guard, reaps it only after its last thread, so its port and locks are free then.
 */
export function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in brackets and may itself contain spaces and brackets.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined;
    throw error;
  }
}
