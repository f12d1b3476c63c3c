import { RedpandaContainer } from '@testcontainers/redpanda';
import { type StartedTestContainer, Wait } from 'testcontainers';
import { askKafka } from '../ask-servers.ts';
import type { ContainerServer } from './containers.ts';
import { IMAGES } from './docker-engine.ts';

export const containerKafka = (): ContainerServer => ({
  name: 'Kafka',
  container: (port) =>
    new RedpandaContainer(IMAGES.Kafka)
      .withExposedPorts({ container: 9092, host: port })
      .withWaitStrategy(Wait.forLogMessage('Successfully started Redpanda!')),
  address: (port) => `127.0.0.1:${port}`,
  async ask(address, container) {
    await askKafka(address);
    return `Redpanda ${await version(container)}`;
  },
});

/** Reads the version from the program itself, `v26.1.14 (rev …)`; the Kafka protocol does not give it. */
async function version(container: StartedTestContainer): Promise<string> {
  const { output } = await container.exec(['rpk', '--version']);
  return /v\d[\w.-]*/.exec(output)?.[0] ?? output.trim();
}
