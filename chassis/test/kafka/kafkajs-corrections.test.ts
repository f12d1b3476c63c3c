import { describe, expect, spyOn, test } from 'bun:test';
import { declareTopics } from '../../src/kafka/declare-topics.ts';
import { openKafkaLog } from '../../src/kafka/kafka-log.ts';
import { describeOn } from '../../src/testing/real-servers.ts';
import { until } from '../../src/testing/until.ts';
import { message, recorder } from '../log/log-fixture.ts';
import { removeTopics, testTopics } from './kafka-fixture.ts';

const IDLE_MS = 500;

describeOn(['Kafka'], () => {
  describe('kafkajs, corrected', () => {
    test('an idle log sets hardly a timer', async () => {
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
  });
});
