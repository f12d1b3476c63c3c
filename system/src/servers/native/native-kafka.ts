import { askKafka } from '../ask-kafka.ts';
import type { NativeServer } from './native-server.ts';

export const nativeKafka = (): NativeServer => ({
  name: 'Kafka',
  script: 'kafka.sh',
  address: (port) => `127.0.0.1:${port}`,
  prepare: () => Promise.resolve(),
  setUp: () => Promise.resolve(),
  async ask(address, output) {
    if (!output.includes('Kafka Server started')) throw new Error('the broker is still starting');
    await askKafka(address);
    // The Kafka protocol does not tell the broker's version; its log does.
    return `Apache Kafka ${/Kafka version: (\S+)/.exec(output)?.[1] ?? '(no version in its log)'}`;
  },
});
