import { describe, expect, test } from 'bun:test';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { openTopicReader } from '../../../src/log/kafka/read-topics.ts';
import type { ReceivedMessage } from '../../../src/log/event-log.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { message, numbered, orderByKey, recorder } from '../log-fixture.ts';
import { removeTopics, testTopics } from './kafka-fixture.ts';

describeOn(['Kafka'], () => {
  describe('reading topics from outside', () => {
    test('shows every message of the topics with its headers, in order, and ends, even with an empty topic', async () => {
      const options = testTopics();
      await declareTopics(options);
      const log = await openKafkaLog({ ...options, report: () => undefined });
      const sent = [...numbered(500), message('last', { key: 'key-1', headers: { ce_id: 'id-1' } })];
      await log.send(sent);
      const reader = await openTopicReader(options);
      const seen: ReceivedMessage[] = [];
      await reader.read(['orders', 'narrow'], async (batch) => void seen.push(...batch));
      expect(seen.length).toBe(sent.length);
      expect(orderByKey(seen)).toEqual(orderByKey(sent));
      expect(seen.find(({ value }) => value === 'last')?.headers).toEqual({ ce_id: 'id-1' });
      await reader.read(['narrow'], async () => expect.unreachable());
      reader.close();
      await log.close();
      await removeTopics(options);
    });

    test('tells how far a group is behind, even one that never existed', async () => {
      const options = testTopics();
      await declareTopics(options);
      const log = await openKafkaLog({ ...options, report: () => undefined });
      await log.send([...numbered(90), message('1', { topic: 'narrow' })]);
      const group = recorder();
      const subscription = await log.subscribe({ group: 'readers', topics: ['orders'], handle: group.handle });
      await until('all are handled', () => group.received.length === 90);
      await subscription.close();
      const reader = await openTopicReader(options);
      const behind = async (of: string): Promise<string[]> =>
        (await reader.lag(of)).filter(({ messages }) => messages > 0).map(({ topic, messages }) => `${topic} ${messages}`);
      expect(await behind('readers')).toEqual(['narrow 1']);
      const orders = (await reader.lag('nobody')).filter(({ topic }) => topic === 'orders');
      expect(orders.reduce((sum, { messages }) => sum + messages, 0)).toBe(90);
      reader.close();
      await log.close();
      await removeTopics(options);
    });
  });
});
