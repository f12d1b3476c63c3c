import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import type { KafkaTopicsOptions } from '@souk/chassis/log/kafka/kafka-log-options';
import type { EventLog, LogMessage } from '@souk/chassis/log/event-log';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { nativeKafka } from '../../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../../src/tools/servers/native/native-server.ts';
import type { Server } from '../../src/tools/servers/server.ts';

setDefaultTimeout(120_000);

const EVENT_BYTES = 30_000;
const EVENTS = 200;
const REQUEST_BYTES = 200_000;

/** Of two topics and of keys in every partition, in one row, as a relay sends them. */
const events = Array.from({ length: EVENTS }, (_, i): LogMessage => ({
  topic: i % 3 === 0 ? 'payments' : 'orders',
  key: `key-${i % 7}`,
  value: String(i).padEnd(EVENT_BYTES, ' x'),
  headers: {},
}));

describeOn(['Kafka'], () => {
  describe('a broker that takes each event and no usual batch of them', () => {
    let server: Server;
    beforeAll(async () => {
      server = await startNativeServer(nativeKafka({ 'socket.request.max.bytes': String(REQUEST_BYTES) }), (line) => void process.stderr.write(`${line}\n`));
    }, 300_000);
    afterAll(() => server?.stop());

    async function opened(): Promise<{ readonly log: EventLog; readonly topics: KafkaTopicsOptions }> {
      const declared = ['orders', 'payments'].map((name) => ({ name, partitions: 3 }));
      const topics = { brokers: [server.address], clientId: 'test', topics: declared, topicPrefix: `${crypto.randomUUID()}.` };
      await declareTopics(topics);
      return { topics, log: await openKafkaLog({ ...topics, report: () => undefined }) };
    }

    /** By topic and key, without what was sent twice. */
    const byKey = (messages: readonly LogMessage[]): Map<string, string[]> =>
      new Map([...Map.groupBy(messages, ({ topic, key }) => `${topic}/${key}`)].map(([name, of]) => [name, [...new Set(of.map(({ value }) => value.trimEnd()))]]));

    async function expectAllToArrive(log: EventLog): Promise<void> {
      await log.send(events);
      const seen: LogMessage[] = [];
      await log.replay(['orders', 'payments'], async (batch) => void seen.push(...batch), AbortSignal.timeout(60_000));
      expect(byKey(seen)).toEqual(byKey(events));
      await log.check();
      await log.close();
    }

    test('because its requests may have 200 kB: it hangs up on larger ones, and gets smaller ones', async () => {
      const { log } = await opened();
      await expectAllToArrive(log);
    });

    test('because a batch of a topic may have 60 kB: it refuses larger ones, and gets smaller ones', async () => {
      const { log, topics } = await opened();
      const admin = new Kafka({ brokers: [server.address], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const configEntries = [{ name: 'max.message.bytes', value: '60000' }];
      const resources = topics.topics.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name: `${topics.topicPrefix}${name}`, configEntries }));
      await admin.alterConfigs({ validateOnly: false, resources });
      await admin.disconnect();
      await expectAllToArrive(log);
    });

    test('and not one event: that is said with what it takes, and all goes on when it is gone', async () => {
      const { log } = await opened();
      const large = { topic: 'orders', key: 'large', value: 'x'.repeat(2 * REQUEST_BYTES), headers: {} };
      const error = await log.send([large]).catch((reason: unknown) => reason);
      expect(error instanceof Error && error.message).toContain('its socket.request.max.bytes is below these 400007 bytes');
      await expectAllToArrive(log);
    });
  });
});
