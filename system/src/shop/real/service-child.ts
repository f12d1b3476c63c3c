import type { Environment } from '@souk/chassis/service/config';
import type { ServiceName } from '@souk/contracts/services';
import { EnvironmentError } from '../../cli/errors.ts';
import { expectFree } from '../../tools/servers/free-port.ts';
import { askReady } from '../ask.ts';
import { cpuMs, peakMb, residentMb } from '../process-usage.ts';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 30_000;
const BETWEEN_PROBES_MS = 5;

export interface ServiceChildOptions {
  readonly name: ServiceName;
  readonly command: readonly string[];
  /** The same at every start. */
  readonly port: number;
  readonly env: Environment;
}

/** One service in a process of its own, which can be ended in every way and started again. */
export interface ServiceChild {
  readonly name: ServiceName;
  readonly url: string;
  /** Resolves when it is ready, with the milliseconds it took. */
  start(): Promise<number>;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** Resolves with the exit code when the process ends by itself. */
  ended(): Promise<number>;
  /** Sends SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP */
  pause(): void;
  /** SIGCONT */
  resume(): void;
  cpuMs(): number;
  residentMb(): number;
  /** Peak resident memory. */
  peakMb(): number;
}

type Child = Bun.Subprocess<'ignore', 'ignore', 'inherit'>;

export function serviceChild({ name, command, port, env }: ServiceChildOptions): ServiceChild {
  const url = `http://127.0.0.1:${port}`;
  let child: Child | undefined;

  const running = (): Child => {
    if (child === undefined) throw new Error(`${name} does not run`);
    return child;
  };

  /** Ends it with the signal, and with SIGKILL if that takes too long. */
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const ending = running();
    child = undefined;
    ending.kill('SIGCONT');
    ending.kill(signal);
    const limit = setTimeout(() => ending.kill('SIGKILL'), STOP_LIMIT_MS);
    const code = await ending.exited;
    clearTimeout(limit);
    orphanGuard().forget(ending.pid);
    return code;
  }

  return {
    name,
    url,
    async start() {
      const startedAt = performance.now();
      // Another process on this port would answer in its place.
      expectFree(port);
      child = Bun.spawn([...command], {
        env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'inherit',
        detached: true,
      });
      orphanGuard().watch(child.pid);
      try {
        await ready(child, name, url);
      } catch (error) {
        await end('SIGKILL');
        throw error;
      }
      return performance.now() - startedAt;
    },
    stop: async () => (child === undefined ? 0 : end('SIGTERM')),
    async kill() {
      if (child !== undefined) await end('SIGKILL');
    },
    async ended() {
      const ending = running();
      const code = await ending.exited;
      child = undefined;
      orphanGuard().forget(ending.pid);
      return code;
    },
    pause: () => running().kill('SIGSTOP'),
    resume: () => running().kill('SIGCONT'),
    cpuMs: () => cpuMs(running().pid),
    residentMb: () => residentMb(running().pid),
    peakMb: () => peakMb(running().pid),
  };
}

async function ready(child: Child, name: ServiceName, url: string): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    if ((await askReady(url)) === null) return;
    if (performance.now() > limit) throw new Error(`${name} was not ready after ${START_LIMIT_MS} ms`);
    await Bun.sleep(BETWEEN_PROBES_MS);
  }
  throw new EnvironmentError(`${name} ended before it was ready (exit code ${child.exitCode ?? child.signalCode})`, 'What it said about it stands above');
}

/** Kills the watched processes when this process ends in any way; start them with `detached`. */
export interface OrphanGuard {
  watch(pid: number): void;
  forget(pid: number): void;
}

/** Reads `+pid` and `-pid` lines; at the end of its input it kills every added pid that was not removed. */
const SCRIPT = `trap '' INT TERM HUP; pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in +*) pids="$pids$pid " ;; -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac
done
for pid in $pids; do kill -CONT "$pid"; kill -KILL "$pid"; done 2>/dev/null`;

let shared: OrphanGuard | undefined;

export function orphanGuard(): OrphanGuard {
  return (shared ??= startGuard());
}

function startGuard(): OrphanGuard {
  const guard = Bun.spawn(['sh', '-c', SCRIPT], { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore', detached: true });
  // The guard ends with this process, and must not keep it alive.
  guard.unref();
  const tell = (line: string): void => {
    void guard.stdin.write(`${line}\n`);
    void guard.stdin.flush();
  };
  return { watch: (pid) => tell(`+${pid}`), forget: (pid) => tell(`-${pid}`) };
}
