import { join } from 'node:path';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-log-options';
import { askKafka } from '../ask-kafka.ts';
import type { NativeServer } from './native-server.ts';

/** `settings`: of the broker, where they differ from what kafka.sh gives it. `security`: how such a broker is asked whether it serves. */
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
    // The Kafka protocol does not tell the broker's version; its log does.
    return `Apache Kafka ${/Kafka version: (\S+)/.exec(output)?.[1] ?? '(no version in its log)'}`;
  },
});
