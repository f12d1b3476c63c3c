import { join } from 'node:path';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-address';
import { askKafka } from '../ask-servers.ts';
import type { NativeServer } from './native-server.ts';

/**
 * `settings`: those of the broker that differ from kafka.sh. `security`: the connection settings with which such a broker is
 * asked whether it serves.
 */
export const nativeKafka = (settings: Readonly<Record<string, string>> = {}, security?: KafkaSecurity): NativeServer => ({
  name: 'Kafka',
  script: 'kafka.sh',
  address: (port) => `127.0.0.1:${port}`,
  async prepare(folder) {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await Bun.write(join(folder, 'more.properties'), lines.join(''));
  },
  setUp: () => Promise.resolve(),
  async ask(address, output) {
    if (!output.includes('Kafka Server started')) throw new Error('the broker is still starting');
    await askKafka(address, security);
    // The Kafka protocol does not give the broker's version; its log does.
    return `Apache Kafka ${/Kafka version: (\S+)/.exec(output)?.[1] ?? '(no version in its log)'}`;
  },
});
