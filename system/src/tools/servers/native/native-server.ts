import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealServer } from '@souk/chassis/testing/server-variables';
import { until } from '@souk/chassis/testing/until';
import { EnvironmentError } from '../../../cli/errors.ts';
import { cpuMs, residentMb } from '../../../shop/process-usage.ts';
import { firstAnswer } from '../ask-servers.ts';
import { newDataFolder, SCRIPTS, SERVER_CACHE } from '../folders.ts';
import { freePort, isFree, isListening } from '../free-port.ts';
import type { Report, Server } from '../server.ts';

/** The parts that differ between servers. */
export interface NativeServer {
  readonly name: RealServer;
  /** Script in `system/servers`; its commands are `install CACHE` and `run CACHE FOLDER PORT`. */
  readonly script: string;
  address(port: number): string;
  /** Writes the files it needs before its first start, such as keys. */
  prepare(folder: string): Promise<void>;
  /** Called once, when the first start has opened the port. */
  setUp(port: number): Promise<void>;
  /** Returns its version; throws if it does not serve. `output` is what it has printed since its start. */
  ask(address: string, output: string): Promise<string>;
}

const PORT_TRIES = 3;

/** Installs the server if needed, and starts it on a free port. Throws EnvironmentError. */
export async function startNativeServer(particular: NativeServer, report: Report): Promise<Server> {
  await installServer(particular.name, particular.script, report);
  for (let tries = 1; ; tries += 1) {
    const port = freePort();
    const folder = await newDataFolder(particular.name);
    await particular.prepare(folder);
    const process = guardedProcess(folder, ['bash', join(SCRIPTS, particular.script), 'run', SERVER_CACHE, folder, String(port)]);
    try {
      const version = await firstStart(particular, process, port);
      return serverOf(particular, process, port, version);
    } catch (error) {
      await process.end();
      // If the port is taken now, another process took it after the check; if it is free, it was not the cause.
      if (tries === PORT_TRIES || isFree(port)) throw error;
    }
  }
}

async function firstStart(particular: NativeServer, process: GuardedProcess, port: number): Promise<string> {
  await process.run();
  await waitFor(particular.name, process, async () => {
    if (!(await isListening(port))) throw new Error(`nothing listens at port ${port}`);
  });
  await particular.setUp(port);
  return serving(particular, process, port);
}

const serving = ({ name, ask, address }: NativeServer, process: GuardedProcess, port: number): Promise<string> =>
  waitFor(name, process, () => ask(address(port), process.output()));

function serverOf(particular: NativeServer, process: GuardedProcess, port: number, version: string): Server {
  const { name } = particular;
  function running(): number {
    if (process.pid === null) throw new Error(`${name} does not run`);
    return process.pid;
  }
  return {
    name,
    version,
    address: particular.address(port),
    get pid() {
      return process.pid;
    },
    cpuMs: async () => cpuMs(running()),
    residentMb: async () => residentMb(running()),
    async kill() {
      process.signal('SIGKILL');
      await process.gone();
    },
    pause: async () => process.signal('SIGSTOP'),
    resume: async () => process.signal('SIGCONT'),
    async start() {
      if (process.pid !== null) return;
      if (!isFree(port)) throw new EnvironmentError(`${name}: port ${port} is taken by another process`, 'End what listens there');
      await process.run();
      await serving(particular, process, port);
    },
    stop: () => process.end(),
  };
}

/** Waits until `look` no longer throws. Throws EnvironmentError, with the server's last lines, if the server ends first. */
export async function waitFor<T>(name: string, process: GuardedProcess, look: () => T | Promise<T>): Promise<T> {
  try {
    return await firstAnswer(look, () => {
      if (process.pid === null) throw new Error('it has ended');
    });
  } catch (cause) {
    throw new EnvironmentError(
      `${name} did not start: ${String(cause)}. Its last lines:\n${lastLines(process.output())}`,
      'Free memory and disk, and try again; a cache that is broken is made anew after: rm -rf .cache/servers',
      { cause },
    );
  }
}

/** An installation without a cache takes half a minute on a fast line; two at once wait for each other. */
const LIMIT_MS = 720_000;

const WITH_EXIT_CODE = ['bash', '-c', '"$@"; echo "exit code $?"', 'install'];

/** Installs the server into the cache unless it is there. Throws EnvironmentError with the script's output. */
export async function installServer(name: string, script: string, report: Report): Promise<void> {
  const folder = await newDataFolder(`install-${name}`);
  const process = guardedProcess(folder, [...WITH_EXIT_CODE, 'bash', join(SCRIPTS, script), 'install', SERVER_CACHE]);
  try {
    await process.run();
    let told = false;
    const ended = () => {
      if (!told && process.output().includes(': installing ')) {
        told = true;
        report(`installing ${name} into the cache, once`);
      }
      return process.pid === null;
    };
    await until(`the installation of ${name}`, ended, LIMIT_MS);
    if (process.output().trimEnd().endsWith('exit code 0')) return;
    throw new Error('the installation failed');
  } catch (cause) {
    throw new EnvironmentError(
      `${name} could not be installed (${String(cause)}). Its last lines:\n${lastLines(process.output())}`,
      'Do what they ask for and try again, or use containers (a running Docker engine), or name a server of yours by SOUK_TEST_…',
      { cause },
    );
  } finally {
    await process.end();
  }
}

export const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n');

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
