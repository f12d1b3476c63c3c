import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { declareTopics } from '../../src/kafka/declare-topics.ts';
import type { KafkaTopicsOptions } from '../../src/kafka/kafka-log-options.ts';
import { openKafkaLog } from '../../src/kafka/kafka-log.ts';
import { EventLogError } from '../../src/log/event-log-error.ts';
import { describeOn } from '../../src/testing/real-servers.ts';
import { removeTopics, testTopics } from './kafka-fixture.ts';

const refusal = async (work: Promise<unknown>): Promise<EventLogError> => {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof EventLogError) return outcome;
  throw new Error(`not refused: ${String(outcome)}`);
};
const report = (): void => undefined;

describeOn(['Kafka'], () => {
  describe('declaring topics', () => {
    let options: KafkaTopicsOptions;
    beforeEach(() => {
      options = testTopics();
    });
    afterEach(() => removeTopics(options));

    test('makes what is missing, says what it made, and leaves equal topics alone', async () => {
      const [first, ...rest] = options.topics;
      if (first === undefined) throw new Error('no topics');
      expect(await declareTopics({ ...options, topics: [first] })).toEqual([first.name]);
      expect(await declareTopics(options)).toEqual(rest.map(({ name }) => name));
      expect(await declareTopics(options)).toEqual([]);
      const log = await openKafkaLog({ ...options, report });
      await log.check();
      await log.close();
    });

    test('two at once make every topic once, and both can use all of them', async () => {
      const made = await Promise.all([declareTopics(options), declareTopics(options)]);
      expect(made.flat().toSorted()).toEqual(options.topics.map(({ name }) => name).toSorted());
    });

    test('refuses another partition count, names both counts, and makes nothing', async () => {
      await declareTopics({ ...options, topics: [{ name: 'orders', partitions: 2 }] });
      const error = await refusal(declareTopics(options));
      expect(error.code).toBe('topics-differ');
      expect(error.message).toContain('orders: declared with 3, there with 2');
      expect(error.message).not.toContain('payments');
      expect((await refusal(openKafkaLog({ ...options, report }))).message).toContain('payments: declared with 3, missing');
    });

    test('a log refuses to open on missing or different topics, and says what to do', async () => {
      await declareTopics({ ...options, topics: [{ name: 'narrow', partitions: 4 }] });
      const error = await refusal(openKafkaLog({ ...options, report }));
      expect(error.code).toBe('topics-differ');
      expect(error.message).toContain('narrow: declared with 1, there with 4');
      expect(error.message).toContain('orders: declared with 3, missing');
      expect(error.message).toContain('--topics');
    });

    test('without a broker it ends with an error that says where it looked', async () => {
      const error = await refusal(declareTopics({ ...options, brokers: ['127.0.0.1:1'] }));
      expect(error.code).toBe('log-unavailable');
      expect(error.message).toContain('127.0.0.1:1');
    });
  });
});
