import type { RealServer } from '@souk/chassis/testing/server-variables';
import { MongoDBContainer } from '@testcontainers/mongodb';
import { MySqlContainer } from '@testcontainers/mysql';
import { RedpandaContainer } from '@testcontainers/redpanda';
import { type GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { askKafka, askMongodb, askMysql, firstAnswer } from '../ask-servers.ts';
import { freePort } from '../free-port.ts';
import { newPassword, type Server } from '../server.ts';
import { guardedLabel, IMAGES } from './docker-engine.ts';

const CONTAINERS = { MySQL: containerMysql, MongoDB: containerMongodb, Kafka: containerKafka } as const;

export const startContainer = (name: RealServer): Promise<Server> => startContainerServer(CONTAINERS[name]());

/** The parts that differ between servers. */
interface ContainerServer {
  readonly name: RealServer;
  /** A container with an explicit wait strategy, which serves at this port of the host, also after a restart. */
  container(port: number): GenericContainer;
  address(port: number): string;
  /** Returns its version; throws if it does not serve. */
  ask(address: string, container: StartedTestContainer): Promise<string>;
}

const START_LIMIT_MS = 120_000;

async function startContainerServer({ name, container, address, ask }: ContainerServer): Promise<Server> {
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

function containerMysql(): ContainerServer {
  const password = newPassword();
  return {
    name: 'MySQL',
    container: (port) =>
      new MySqlContainer(IMAGES.MySQL)
        .withRootPassword(password)
        .withExposedPorts({ container: 3306, host: port })
        // The first run, without a network port, prepares the data and logs `port: 0`.
        .withWaitStrategy(Wait.forLogMessage(/ready for connections.* port: 3306/)),
    address: (port) => `mysql://root:${password}@127.0.0.1:${port}`,
    ask: askMysql,
  };
}

function containerMongodb(): ContainerServer {
  const password = newPassword();
  return {
    name: 'MongoDB',
    container: (port) =>
      new MongoDBContainer(IMAGES.MongoDB)
        .withUsername('root')
        .withPassword(password)
        .withExposedPorts({ container: 27017, host: port })
        // The module's health check also creates the replica set.
        .withWaitStrategy(Wait.forHealthCheck()),
    // A direct connection: the only member is named after its container, which cannot be reached from outside.
    address: (port) => `mongodb://root:${password}@127.0.0.1:${port}/?authSource=admin&directConnection=true`,
    ask: askMongodb,
  };
}

function containerKafka(): ContainerServer {
  return {
    name: 'Kafka',
    container: (port) =>
      new RedpandaContainer(IMAGES.Kafka)
        .withExposedPorts({ container: 9092, host: port })
        .withWaitStrategy(Wait.forLogMessage('Successfully started Redpanda!')),
    address: (port) => `127.0.0.1:${port}`,
    async ask(address, container) {
      await askKafka(address);
      return `Redpanda ${await redpandaVersion(container)}`;
    },
  };
}

/** Reads the version from the program itself, `v26.1.14 (rev …)`; the Kafka protocol does not give it. */
async function redpandaVersion(container: StartedTestContainer): Promise<string> {
  const { output } = await container.exec(['rpk', '--version']);
  return /v\d[\w.-]*/.exec(output)?.[0] ?? output.trim();
}
