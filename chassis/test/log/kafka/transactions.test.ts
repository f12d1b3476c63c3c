import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Transaction } from 'kafkajs';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { openTopicReader } from '../../../src/log/kafka/read-topics.ts';
import type { EventLog } from '../../../src/log/event-log.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { message, recorder } from '../log-fixture.ts';
import { asStranger, removeTopics, testTopics } from './kafka-fixture.ts';

setDefaultTimeout(60_000);
/** A reader that waits for what never comes gives up after a minute. */
const LIMIT_MS = 20_000;
type End = 'commit' | 'abort';

describeOn(['Kafka'], () => {
  describe('transactions of another program', () => {
    let topics: KafkaTopicsOptions;
    let log: EventLog;
    let reports: string[];
    beforeEach(async () => {
      topics = testTopics();
      await declareTopics(topics);
      reports = [];
      log = await openKafkaLog({ ...topics, report: (error, text) => void reports.push(`${text}: ${String(error)}`) });
    });
    afterEach(async () => {
      await log.close();
      await removeTopics(topics);
    });

    const told = (value: string) => log.send([message(value, { topic: 'narrow', key: 'k' })]);

    function transaction<T>(values: readonly string[], then: (open: Transaction) => Promise<T>): Promise<T> {
      const topic = `${topics.topicPrefix}narrow`;
      const work = async (open: Transaction) => {
        for (const value of values) await open.send({ topic, messages: [{ key: 'k', value }] });
        return then(open);
      };
      return asStranger(topics, async (producer) => work(await producer.transaction()), crypto.randomUUID());
    }
    const ended = (how: End, ...values: string[]) => transaction(values, (open) => open[how]());

    async function read(): Promise<string[]> {
      const seen: string[] = [];
      await log.replay(['narrow'], async (batch) => void seen.push(...batch.map(({ value }) => value)), AbortSignal.timeout(LIMIT_MS));
      return seen;
    }

    async function lag(): Promise<number> {
      const reader = await openTopicReader(topics);
      const behind = await reader.lag('readers');
      reader.close();
      return behind.reduce((sum, { messages }) => sum + messages, 0);
    }

    test('that were aborted at the end of a topic hold up no reader, and nothing of them is shown', async () => {
      await ended('abort', 'aborted');
      expect(await read()).toEqual([]);
      // More than comes with one answer.
      const large = 'x'.repeat(500_000);
      await told(large);
      await ended('abort', 'aborted again');
      expect(await read()).toEqual([large]);
    });

    test('are shown if committed and left out if aborted, wherever they are', async () => {
      await ended('abort', 'never 1');
      await told('1');
      await ended('commit', '2', '3');
      await ended('abort', 'never 2', 'never 3');
      await told('4');
      await ended('commit', '5');
      expect(await read()).toEqual(['1', '2', '3', '4', '5']);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      await until('all are handled', () => reader.values().length === 5, LIMIT_MS);
      expect(reader.values()).toEqual(['1', '2', '3', '4', '5']);
      expect(reports).toEqual([]);
    });

    test('leave nothing to handle if aborted, even where there is nothing else', async () => {
      await ended('abort', 'aborted');
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      await until('nothing is left', async () => (await lag()) === 0, LIMIT_MS);
      await told('1');
      await ended('abort', 'aborted again');
      await until('nothing is left again', async () => reader.values().length === 1 && (await lag()) === 0, LIMIT_MS);
      expect(reader.values()).toEqual(['1']);
      expect(reports).toEqual([]);
    });

    test('that are open end the topic for its readers', async () => {
      await told('1');
      await transaction(['open'], async (open) => {
        await told('behind it');
        expect(await read()).toEqual(['1']);
        await open.abort();
      });
      expect(await read()).toEqual(['1', 'behind it']);
    });

    test('that stay open are reported with what to do; messages behind them come when they end', async () => {
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow', 'orders'], handle: reader.handle });
      const failure = () => log.check().then(() => undefined, (error: unknown) => error);
      await transaction(['open'], async (open) => {
        await told('behind it');
        const error = await until('the log is red', failure, LIMIT_MS);
        expect(error).toMatchObject({ code: 'open-transaction' });
        expect(String(error)).toContain(`${topics.topicPrefix}narrow, partition 0: a transaction of another program is open at offset 0`);
        await log.send([message('elsewhere', { topic: 'orders', key: 'k' })]);
        await until('all else is handled', () => reader.values().length === 1, LIMIT_MS);
        await open.abort();
      });
      await until('the rest is handled', () => reader.values().length === 2, LIMIT_MS);
      expect(reader.values()).toEqual(['elsewhere', 'behind it']);
      expect(await failure()).toBeUndefined();
      expect(reports.map((each) => each.split(':')[0])).toEqual(['messages wait behind an open transaction', 'messages arrive again']);
    });
  });
});
