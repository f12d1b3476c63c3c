import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import { type EventLog, EventLogError, type LogMessage } from '../../../src/log/event-log.ts';
import { kafkaProxy } from '../../../src/testing/tcp-proxy.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { message, recorder, type Recorder, stalled } from '../log-fixture.ts';
import { hasNoMember, openProxied, type ProxiedLog, removeTopics, testTopics } from './kafka-fixture.ts';

setDefaultTimeout(60_000);
const LIMIT_MS = 30_000;
const codeOf = (error: unknown): string => (error instanceof EventLogError ? error.code : String(error));
const narrow = (value: string): LogMessage => message(value, { topic: 'narrow', key: 'one' });

/** As the relay does it: the same messages again until the log took them. */
async function insist(log: EventLog, messages: readonly LogMessage[]): Promise<void> {
  const sent = (): Promise<boolean> => log.send(messages).then(() => true, () => false);
  await until('the messages are sent', sent, LIMIT_MS);
}

describeOn(['Kafka'], () => {
  describe('Kafka event log in a broken network', () => {
    let topics: KafkaTopicsOptions;
    let broken: ProxiedLog;
    /** Past the proxy. */
    let direct: EventLog;

    beforeEach(async () => {
      topics = testTopics();
      await declareTopics(topics);
      broken = await openProxied(topics);
      direct = await openKafkaLog({ ...topics, report: () => undefined });
    });
    afterEach(async () => {
      await Promise.all([broken.log.close(), direct.close()]);
      await broken.proxy.close();
      await removeTopics(topics);
    });

    async function watching(group = 'watchers'): Promise<Recorder> {
      const reader = recorder();
      await direct.subscribe({ group, topics: ['narrow'], handle: reader.handle });
      return reader;
    }

    test('a message whose acknowledgement was lost is sent again, and the next one comes after it', async () => {
      const { log, proxy } = broken;
      const reader = await watching();
      await log.send([narrow('before')]);
      proxy.set('drop-answers');
      let answered = false;
      const sending = log.send([narrow('unanswered')]).finally(() => {
        answered = true;
      });
      await until('the broker has it', () => reader.values().includes('unanswered'));
      expect(answered).toBe(false);
      proxy.set('forward');
      await sending;
      await log.send([narrow('after')]);
      await until('the last one is there', () => reader.values().includes('after'));
      expect(reader.values()).toEqual(['before', 'unanswered', 'unanswered', 'after']);
    });

    test('a send without an answer is rejected within its limit, and so are the sends behind it', async () => {
      const { log, proxy } = broken;
      await log.send([narrow('1')]);
      proxy.set('stall');
      // Too large to travel together.
      const sends = ['2', '3'].map((digit) => log.send([narrow(digit.repeat(900_000))]));
      const outcomes = await Promise.allSettled(sends);
      expect(outcomes.map((each) => each.status === 'rejected' && codeOf(each.reason))).toEqual([
        'log-unavailable',
        'log-unavailable',
      ]);
      expect(await log.check().catch(codeOf)).toBe('log-unavailable');
      proxy.set('forward');
      await insist(log, [narrow('2')]);
      await log.check();
    }, 20_000);

    test('subscribing does not wait for a place in the group; messages come once there is one', async () => {
      const { log, proxy } = broken;
      await log.send([narrow('before')]);
      proxy.set('stall');
      const reader = recorder();
      // The broker says nothing before the network forwards again: who waited for a place would wait for ever.
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      expect(reader.received).toEqual([]);
      proxy.set('forward');
      await until('it is read', () => reader.values().includes('before'));
      await log.check();
    });

    test('after the broker was away for longer than a session everything arrives, in order', async () => {
      const { log, proxy } = broken;
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      const values = Array.from({ length: 40 }, (_, index) => String(index));
      const sending = (async () => {
        for (const value of values) await insist(log, [narrow(value)]);
      })();
      await until('some are through', () => reader.received.length > 3);
      proxy.set('away');
      await until('check is red', () => log.check().then(() => false, () => true));
      await until('its session is over', () => hasNoMember(topics, 'readers'), LIMIT_MS);
      expect(reader.received.length).toBeLessThan(values.length);
      proxy.set('forward');
      await sending;
      await until('all are there', () => new Set(reader.values()).size === values.length, LIMIT_MS);
      expect([...new Set(reader.values())]).toEqual(values);
      await log.check();
    });

    test('broken connections lose nothing and keep the order', async () => {
      const { log, proxy } = broken;
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      const values = Array.from({ length: 300 }, (_, index) => String(index));
      for (const [index, value] of values.entries()) {
        if (index % 60 === 30) proxy.cut();
        await insist(log, [narrow(value)]);
      }
      await until('all are there', () => new Set(reader.values()).size === values.length, LIMIT_MS);
      expect([...new Set(reader.values())]).toEqual(values);
    });

    test('a member cut off for longer than its session moves no offset when its handler ends late', async () => {
      const late = Promise.withResolvers<void>();
      let begun = false;
      await broken.log.subscribe({
        group: 'readers',
        topics: ['narrow'],
        handle: () => {
          begun = true;
          return late.promise;
        },
      });
      await direct.send([narrow('1')]);
      await until('the first owner has it', () => begun);
      broken.proxy.set('stall');
      let taken = 0;
      const heir = await direct.subscribe({
        group: 'readers',
        topics: ['narrow'],
        handle: (_, signal) => {
          taken += 1;
          return stalled(signal);
        },
      });
      await until('the message came to the next owner', () => taken > 0, LIMIT_MS);
      late.resolve();
      broken.proxy.set('forward');
      await until('the first owner works again', () => broken.log.check().then(() => true, () => false), LIMIT_MS);
      await broken.log.close();
      await heir.close();
      const last = await watching('readers');
      await until('nobody had handled it', () => last.values().includes('1'), LIMIT_MS);
    });
  });

  describe('Kafka event log without a broker at its start', () => {
    test('opens, fails its checks, and begins by itself once the broker is there', async () => {
      const topics = testTopics();
      await declareTopics(topics);
      const proxy = await kafkaProxy(topics.brokers[0] ?? '');
      proxy.set('away');
      const log = await openKafkaLog({ ...topics, brokers: [`${proxy.host}:${proxy.port}`], report: () => undefined });
      expect(await log.check().catch(codeOf)).toBe('log-unavailable');
      expect(await log.send([narrow('1')]).catch(codeOf)).toBe('log-unavailable');
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      proxy.set('forward');
      await insist(log, [narrow('2')]);
      await until('it is handled', () => reader.values().includes('2'), LIMIT_MS);
      await log.check();
      await log.close();
      await proxy.close();
      await removeTopics(topics);
    });

    test('reports that topics differ once the broker is there, and works once they are declared', async () => {
      const topics = testTopics();
      const proxy = await kafkaProxy(topics.brokers[0] ?? '');
      proxy.set('away');
      const log = await openKafkaLog({ ...topics, brokers: [`${proxy.host}:${proxy.port}`], report: () => undefined });
      proxy.set('forward');
      const code = await until('the broker was asked', async () => {
        const answer = await log.check().catch(codeOf);
        return answer !== 'log-unavailable' && String(answer);
      });
      expect(code).toBe('topics-differ');
      expect(await log.send([narrow('1')]).catch(codeOf)).toBe('topics-differ');
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      await declareTopics(topics);
      await insist(log, [narrow('1')]);
      await until('it is handled', () => reader.values().includes('1'));
      await log.check();
      await log.close();
      await proxy.close();
      await removeTopics(topics);
    });

    test('closes at once', async () => {
      const topics = { ...testTopics(), brokers: ['127.0.0.1:1'] };
      const log = await openKafkaLog({ ...topics, report: () => undefined });
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: recorder().handle });
      await log.close();
    }, 5000);
  });
});
