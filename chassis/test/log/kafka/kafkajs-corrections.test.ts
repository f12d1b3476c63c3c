import { describe, expect, spyOn, test } from 'bun:test';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import { kafkaClient } from '../../../src/log/kafka/kafka-client.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { message, recorder } from '../log-fixture.ts';
import { removeTopics, testTopics } from './kafka-fixture.ts';

const IDLE_MS = 500;

describeOn(['Kafka'], () => {
  describe('kafkajs, corrected', () => {
    test('an idle log sets hardly any timers', async () => {
      const topics = testTopics();
      await declareTopics(topics);
      const log = await openKafkaLog({ ...topics, report: () => undefined });
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await log.send([message('1')]);
      await until('it is handled', () => reader.received.length === 1);
      const timers = spyOn(globalThis, 'setTimeout');
      await Bun.sleep(IDLE_MS);
      const armed = timers.mock.calls.length;
      timers.mockRestore();
      // The original arms 800 a second and connection.
      expect(armed).toBeLessThan(20);
      await log.close();
      await removeTopics(topics);
    });

    test('sends and fetches go through our codec', async () => {
      const topics = testTopics();
      await declareTopics(topics);
      const log = await openKafkaLog({ ...topics, report: () => undefined });
      await log.send([message('1')]);
      const { kafka, abandon } = kafkaClient(topics);
      const consumer = kafka.consumer({ groupId: `${topics.topicPrefix}raw`, maxWaitTimeInMs: 100 });
      const value = Promise.withResolvers<unknown>();
      await consumer.connect();
      await consumer.subscribe({ topic: `${topics.topicPrefix}orders`, fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message: raw }) => value.resolve(raw.value) });
      // kafkajs' own decoder gives a Buffer.
      expect(await value.promise).toBeString();
      await consumer.disconnect();
      abandon();
      await log.close();
      await removeTopics(topics);
    });

    test('a member whose rejoining failed joins before it fetches, and misses nothing', async () => {
      const topics = testTopics();
      await declareTopics(topics);
      const log = await openKafkaLog({ ...topics, report: () => undefined });
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      const refused = refusedOnce();
      await until('joining was refused', refused);
      await log.send([message('1')]);
      await until('it is handled', () => reader.received.length === 1);
      await log.close();
      await removeTopics(topics);
    });
  });
});

/** Has the next member that fetches join again, and its first attempt refused; answers whether that has happened. */
function refusedOnce(): () => boolean {
  const prototype = ConsumerGroup.prototype;
  const { fetch } = prototype;
  let refused = false;
  prototype.fetch = async function (this: ConsumerGroup): Promise<unknown> {
    prototype.fetch = fetch;
    const coordinator = spyOn(this.cluster, 'findGroupCoordinator').mockImplementation(async () => {
      coordinator.mockRestore();
      refused = true;
      throw failure('GROUP_LOAD_IN_PROGRESS');
    });
    throw failure('REBALANCE_IN_PROGRESS');
  };
  return () => refused;
}

const failure = (type: string): Error => Object.assign(new Error(type), { type, retriable: true });
