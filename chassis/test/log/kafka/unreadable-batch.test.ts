import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { CompressionTypes } from 'kafkajs';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import type { EventLog, EventLogError, ReceivedMessage } from '../../../src/log/event-log.ts';
import { murmur2 } from '../../../src/log/partitions.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { message, orderByKey, recorder } from '../log-fixture.ts';
import { asOperator, asStranger, removeTopics, testTopics } from './kafka-fixture.ts';

setDefaultTimeout(150_000);

/** 20 kB on the broker. */
const BOMB = Buffer.alloc(20 * 1024 * 1024);
const PARTITION = 1;
const LIMIT_MS = 60_000;
const wait = { group: 'readers', topics: ['orders', 'payments', 'narrow'] };

describeOn(['Kafka'], () => {
  describe('a batch that cannot be read', () => {
    let topics: KafkaTopicsOptions;
    let topic: string;
    let log: EventLog;
    let reports: string[];
    beforeEach(async () => {
      topics = testTopics();
      topic = `${topics.topicPrefix}orders`;
      reports = [];
      await declareTopics(topics);
      log = await open();
    });
    afterEach(async () => {
      await log.close();
      await removeTopics(topics);
    });

    const open = () => openKafkaLog({ ...topics, report: (error, text) => void reports.push(`${text}: ${String(error)}`) });
    const toPartition = (value: string | Buffer, compression = CompressionTypes.None) =>
      asStranger(topics, (producer) => producer.send({ topic, compression, messages: [{ key: 'k', value, partition: PARTITION }] }));
    const failure = () => log.check().then(() => null, (error: EventLogError) => error);

    /** One good message, the bomb, and another good one in the partition; good ones everywhere else. */
    async function bombed(): Promise<void> {
      await toPartition('before');
      await toPartition(BOMB, CompressionTypes.GZIP);
      await toPartition('after');
    }
    const everywhere = (value: string) => ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((key) => wait.topics.map((name) => message(value, { topic: name, key })));

    test('stops only its partition, which is reported; a member of the same group goes on with all others', async () => {
      await bombed();
      const reader = recorder();
      await log.subscribe({ ...wait, handle: reader.handle });
      const error = await until('the log is red', async () => (await failure()) ?? undefined, LIMIT_MS);
      expect(error.code).toBe('unreadable-batch');
      expect(error.message).toContain(`${topic}, partition 1, offsets 1 to 1: it cannot be unpacked (gzip`);
      expect(error.message).toContain(`--group ${topics.topicPrefix}readers --topic ${topic}:1 --reset-offsets --to-offset 2`);
      for (const value of ['1', '2']) {
        const sent = everywhere(value);
        await log.send(sent);
        const elsewhere = () => reader.received.filter((each) => each.value === value && !(each.topic === 'orders' && each.partition === PARTITION));
        const stopped = sent.filter(({ topic: name, key }) => name === 'orders' && inPartition.includes(key)).length;
        await until('all else is read', () => elsewhere().length === sent.length - stopped, LIMIT_MS);
      }
      expect(reader.received.filter(({ partition, topic: name }) => name === 'orders' && partition === PARTITION).map(({ value }) => value)).toEqual(['before']);
      expect(reports).toHaveLength(1);
    });

    test('is passed over by running processes once its records are deleted', async () => {
      await bombed();
      const reader = recorder();
      await log.subscribe({ ...wait, handle: reader.handle });
      await until('the log is red', async () => (await failure()) ?? undefined, LIMIT_MS);
      await asOperator(topics, async (admin) => {
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: PARTITION, offset: '2' }] });
      });
      await until('the next is read', () => reader.values().includes('after'), LIMIT_MS);
      expect(reader.values()).toEqual(['before', 'after']);
      expect(await failure()).toBeNull();
      expect(reports.map((each) => each.split(':')[0])).toEqual(['a partition is parked', 'a parked partition goes on']);
    });

    test('blocks its partition no longer if it was the last one and its records are deleted', async () => {
      await toPartition(BOMB, CompressionTypes.GZIP);
      await log.subscribe({ ...wait, handle: recorder().handle });
      await until('the log is red', async () => (await failure()) ?? undefined, LIMIT_MS);
      await asOperator(topics, async (admin) => {
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: PARTITION, offset: '1' }] });
      });
      await until('the log is green', async () => (await failure()) === null, LIMIT_MS);
      expect(reports.map((each) => each.split(':')[0])).toEqual(['a partition is parked', 'a parked partition goes on']);
    });

    test("is passed over when the group's offset is moved past it", async () => {
      await bombed();
      await log.subscribe({ ...wait, handle: recorder().handle });
      await until('the log is red', async () => (await failure()) ?? undefined, LIMIT_MS);
      await log.close();
      const partitions = [{ partition: PARTITION, offset: '2' }];
      await asOperator(topics, (admin) => admin.setOffsets({ groupId: `${topics.topicPrefix}readers`, topic, partitions }));
      log = await open();
      const reader = recorder();
      await log.subscribe({ ...wait, handle: reader.handle });
      await until('the next is read', () => reader.values().includes('after'), LIMIT_MS);
      expect(reader.values()).toEqual(['after']);
      expect(await failure()).toBeNull();
    });

    test('is shown as one empty message to a reader of the whole topic', async () => {
      await bombed();
      await log.send(everywhere('1'));
      const seen: ReceivedMessage[] = [];
      await log.replay(['orders'], async (batch) => void seen.push(...batch), AbortSignal.timeout(30_000));
      const there = seen.filter(({ partition }) => partition === PARTITION).map(({ value, offset }) => [offset, value]);
      expect(there.slice(0, 3)).toEqual([['0', 'before'], ['1', ''], ['2', 'after']]);
      expect(orderByKey(seen.filter(({ value }) => value === '1'))).toEqual(orderByKey(everywhere('1').filter((each) => each.topic === 'orders')));
    });
  });
});

/** Keys of `everywhere` that fall into the partition. */
const inPartition = ['a', 'b', 'c', 'd', 'e', 'f'].filter((key) => (murmur2(key) & 0x7fffffff) % 3 === PARTITION);
