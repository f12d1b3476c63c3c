import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { declareTopics, SETTINGS, tellSettings } from '../../../src/log/kafka/declare-topics.ts';
import { ConfigResourceTypes } from 'kafkajs';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { EventLogError } from '../../../src/log/event-log.ts';
import { until } from '../../../src/testing/until.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { asOperator, makeTopics, removeTopics, testTopics } from './kafka-fixture.ts';

const refusal = async (work: Promise<unknown>): Promise<EventLogError> => {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof EventLogError) return outcome;
  throw new Error(`not refused: ${String(outcome)}`);
};
const report = (): void => undefined;

/** What a log says of its topics when it opens. */
async function saidOf(options: KafkaTopicsOptions): Promise<string[]> {
  const said: string[] = [];
  const names = options.topics.map(({ name }) => `${options.topicPrefix}${name}`);
  await asOperator(options, (admin) => tellSettings(admin, names, (error) => void said.push(String(error))));
  return said;
}

const settingsOf = (options: KafkaTopicsOptions): Promise<Record<string, string>> =>
  asOperator(options, async (admin) => {
    const name = `${options.topicPrefix}orders`;
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name }] });
    return Object.fromEntries(resources.flatMap(({ configEntries }) => configEntries.map(({ configName, configValue }) => [configName, configValue])));
  });


describeOn(['Kafka'], () => {
  describe('declaring topics', () => {
    let options: KafkaTopicsOptions;
    beforeEach(() => {
      options = testTopics();
    });
    afterEach(() => removeTopics(options));

    test('creates missing topics, lists them, and leaves equal ones alone', async () => {
      const [first, ...rest] = options.topics;
      if (first === undefined) throw new Error('no topics');
      expect(await declareTopics({ ...options, topics: [first] })).toEqual({ made: [first.name], adapted: [] });
      expect(await declareTopics(options)).toEqual({ made: rest.map(({ name }) => name), adapted: [] });
      expect(await declareTopics(options)).toEqual({ made: [], adapted: [] });
      const log = await openKafkaLog({ ...options, report });
      await log.check();
      await log.close();
    });

    test('two processes at once create every topic once, and both can use all of them', async () => {
      const made = await Promise.all([declareTopics(options), declareTopics(options)]);
      expect(made.flatMap((each) => each.made).toSorted()).toEqual(options.topics.map(({ name }) => name).toSorted());
    });

    test('refuses another partition count, names both counts, and creates nothing', async () => {
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

    test('replaces the broker\'s defaults by the declared settings on topics that others created', async () => {
      await makeTopics(options, { 'segment.bytes': '20000000' });
      const before = await saidOf(options);
      expect(before).toHaveLength(1);
      expect(before[0]).toContain(`${options.topicPrefix}orders: message.timestamp.type is CreateTime, declared LogAppendTime`);
      expect(before[0]).toContain('retention.ms is 86400000, declared -1');
      const { made, adapted, differing } = await declareTopics(options);
      expect({ made, adapted: adapted.toSorted(), differing }).toEqual({ made: [], adapted: options.topics.map(({ name }) => name).toSorted(), differing: undefined });
      await until('the broker has them', async () => (await settingsOf(options))['retention.ms'] === '-1');
      expect(await settingsOf(options)).toMatchObject({ 'retention.ms': '-1', 'message.timestamp.type': 'LogAppendTime', 'max.message.bytes': '2097152', 'segment.bytes': '20000000' });
      expect(await saidOf(options)).toEqual([]);
      expect(await declareTopics(options)).toEqual({ made: [], adapted: [] });
    });

    test('keeps a setting made on the topic itself and reports it, as a log does when it opens, and refuses nobody for it', async () => {
      await makeTopics(options, { ...SETTINGS, 'compression.type': 'lz4', 'max.message.bytes': '4000000' });
      const { adapted, differing } = await declareTopics(options);
      expect(adapted).toEqual([]);
      expect(differing).toStartWith(`${options.topicPrefix}orders: compression.type is lz4, declared producer; `);
      expect(differing).toEndWith('--add-config compression.type=producer');
      const reports: string[] = [];
      const log = await openKafkaLog({ ...options, report: (error) => void reports.push(String(error)) });
      await log.check();
      await until('it says so', () => reports.some((each) => each.includes('compression.type is lz4, declared producer')));
      await log.close();
    });

    test('without a broker fails with the addresses that it tried', async () => {
      const error = await refusal(declareTopics({ ...options, brokers: ['127.0.0.1:1'] }));
      expect(error.code).toBe('log-unavailable');
      expect(error.message).toContain('127.0.0.1:1');
    });
  });
});
