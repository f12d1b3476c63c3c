import type { RealServer } from '@souk/chassis/testing/server-variables';
import { getContainerRuntimeClient, type GenericContainer, type StartedTestContainer } from 'testcontainers';
import { firstAnswer } from '../ask-servers.ts';
import { freePort } from '../free-port.ts';
import type { Server } from '../server.ts';
import { guardedLabel } from './docker-engine.ts';

/** The parts that differ between servers. */
export interface ContainerServer {
  readonly name: RealServer;
  /** A container with an explicit wait strategy, which serves at this port of the host, also after a restart. */
  container(port: number): GenericContainer;
  address(port: number): string;
  /** Returns its version; throws if it does not serve. */
  ask(address: string, container: StartedTestContainer): Promise<string>;
}

const START_LIMIT_MS = 120_000;

export async function startContainerServer({ name, container, address, ask }: ContainerServer): Promise<Server> {
  const port = freePort();
  const started = await container(port)
    .withLabels(guardedLabel())
    .withAutoCleanup(false)
    .withStartupTimeout(START_LIMIT_MS)
    .start();
  const engine = (await getContainerRuntimeClient()).container.getById(started.getId());
  // The log line that the start waits for comes slightly before the server answers.
  const serving = () => firstAnswer(() => ask(address(port), started));
  try {
    const version = `${await serving()} in a container`;
    return {
      name,
      version,
      address: address(port),
      pid: null,
      async cpuMs() {
        const { cpu_stats } = await engine.stats({ stream: false, 'one-shot': true });
        return Math.round(cpu_stats.cpu_usage.total_usage / 1e6);
      },
      async residentMb() {
        const { memory_stats } = await engine.stats({ stream: false, 'one-shot': true });
        return Math.round((memory_stats.usage - (memory_stats.stats.inactive_file ?? 0)) / 2 ** 20);
      },
      async kill() {
        if (!(await engine.inspect()).State.Running) return;
        await engine.kill({ signal: 'SIGKILL' });
        await engine.wait();
      },
      pause: async () => void (await engine.pause()),
      resume: async () => void (await engine.unpause()),
      async start() {
        if ((await engine.inspect()).State.Running) return;
        await engine.start();
        await serving();
      },
      stop: async () => void (await engine.remove({ force: true, v: true })),
    };
  } catch (error) {
    await engine.remove({ force: true, v: true });
    throw error;
  }
}
