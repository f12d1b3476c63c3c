import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { openTopicReader } from '../../../src/log/kafka/read-topics.ts';
import type { ReceivedMessage } from '../../../src/log/event-log.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { numbered, orderByKey, recorder } from '../log-fixture.ts';
import { makeTopics, removeTopics, testTopics } from './kafka-fixture.ts';

setDefaultTimeout(60_000);

describeOn(['Kafka'], () => {
  describe('a topic that its broker compresses', () => {
    test.each(['gzip', 'snappy', 'lz4', 'zstd'])('%s: is read by members of a group and from outside', async (codec) => {
      const topics = testTopics();
      await makeTopics(topics, { 'compression.type': codec });
      const log = await openKafkaLog({ ...topics, report: () => undefined });
      const sent = numbered(400);
      await log.send(sent);
      const member = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: member.handle });
      // A send to a topic that was just made may be repeated.
      await until('all are read', () => new Set(member.values()).size === sent.length, 30_000);
      expect(orderByKey(member.received)).toEqual(orderByKey(sent));
      const reader = await openTopicReader(topics);
      const seen: ReceivedMessage[] = [];
      await reader.read(['orders'], async (batch) => void seen.push(...batch));
      expect(orderByKey(seen)).toEqual(orderByKey(sent));
      reader.close();
      await log.close();
      await removeTopics(topics);
    });
  });
});
