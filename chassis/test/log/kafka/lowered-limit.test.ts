import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { withPartitions } from '@souk/contracts/topics';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import type { EventLog } from '../../../src/log/event-log.ts';
import { MessagesRefusedError } from '../../../src/log/message-limits.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { contractTopics, message, orderByKey, recorder } from '../log-fixture.ts';
import { createEngine } from '../../../src/engine/engine.ts';
import { openSqliteToyStore, type ToyCollections } from '../../engine/writer/toy-store.ts';
import { tell } from '../../engine/writer/toy-use-cases.ts';
import { removeTopics, setTopicConfig, testTopics } from './kafka-fixture.ts';

setDefaultTimeout(60_000);

const setLimit = (topics: KafkaTopicsOptions, bytes: number): Promise<void> => setTopicConfig(topics, { 'max.message.bytes': String(bytes) });

describeOn(['Kafka'], () => {
  describe('a broker whose max.message.bytes was lowered', () => {
    let topics: KafkaTopicsOptions;
    let log: EventLog;
    beforeEach(async () => {
      topics = { ...testTopics(), topics: [...contractTopics, ...withPartitions(['user.updated', 'user.dead_letter'])] };
      await declareTopics(topics);
      await setLimit(topics, 20_000);
      log = await openKafkaLog({ ...topics, report: () => undefined });
    });
    afterEach(async () => {
      await log.close();
      await removeTopics(topics);
    });

    test('gets smaller batches; only messages that it never accepts are refused, by name', async () => {
      const filling = 'x'.repeat(1000);
      const sent = Array.from({ length: 300 }, (_, i) => message(`${i} ${filling}`, { topic: i % 2 === 0 ? 'orders' : 'narrow', key: `key-${i % 7}` }));
      const large = [17, 18, 250].map((i) => message('y'.repeat(30_000), { topic: 'orders', key: `key-${i % 7}` }));
      const all = [...sent.slice(0, 17), ...large.slice(0, 2), ...sent.slice(17), ...large.slice(2)];
      const failure = await log.send(all).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MessagesRefusedError);
      const { refused } = failure as MessagesRefusedError;
      expect(refused.map((each) => each.message)).toEqual(large);
      expect(refused[0]?.cause).toContain('max.message.bytes');
      await log.check();
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders', 'narrow'], handle: reader.handle });
      await until('all the others are there', () => new Set(reader.values()).size === sent.length);
      expect(orderByKey(reader.received)).toEqual(orderByKey(sent));
    });

    test('gets every event of a service but the one it refuses, which is sent again once the limit is restored', async () => {
      const toy = await openSqliteToyStore();
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['user.updated', 'user.dead_letter'], handle: reader.handle });
      const options = { name: 'user', instance: 'one', store: toy.store, log, handlers: {}, paceMs: 0, report: () => undefined } as const;
      const service = createEngine<ToyCollections>(options);
      await service.start();
      const told = (topic: string) => reader.received.filter((received) => received.topic === topic).map(({ key }) => key);

      for (const [account, bytes] of [['a', 1], ['large', 30_000], ['b', 1], ['large', 1]] as const) await service.execute(tell, { account, bytes });
      await until('everything else is there', () => new Set(told('user.updated')).size === 3 && told('user.dead_letter').length > 0);
      await until('the lane is empty', () => service.backlog() === 0);
      const [letter] = await toy.store.messages.deadLetters(null, 10);
      expect(letter).toMatchObject({ kind: 'unsent', message: { key: 'large' } });
      const refused = letter?.message ?? { topic: '', key: '', value: '', headers: {} };
      expect(await service.sendAgain(refused).catch((error: unknown) => error)).toBeInstanceOf(MessagesRefusedError);
      await setLimit(topics, 2 * 1024 * 1024);
      await until('the broker takes it', () => service.sendAgain(refused).then(() => true, () => false));
      await until('it is there', () => reader.received.some(({ value }) => value === refused.value));
      await service.close();
      await toy.dispose();
    });
  });
});
