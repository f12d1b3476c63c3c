import { join } from 'node:path';
import type { RealServer } from '@souk/chassis/testing/server-variables';
import { EnvironmentError } from '../../../cli/errors.ts';
import { cpuMs, residentMb } from '../../../shop/process-usage.ts';
import { newDataFolder, SCRIPTS, SERVER_CACHE } from '../folders.ts';
import type { Report, Server } from '../server.ts';
import { freePort, isFree, isListening } from '../free-port.ts';
import { guardedProcess, type GuardedProcess } from './guarded-process.ts';

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
