import { describe, expect, test } from 'bun:test';
import type { LogMessage } from '../../src/log/event-log.ts';
import { MessagesRefusedError } from '../../src/log/message-limits.ts';
import { until } from '../../src/testing/until.ts';
import { message, numbered, type OpenedLog, orderByKey, partitionKey, recorder, stalled } from './log-fixture.ts';

export function describeDelivery(current: () => OpenedLog): void {
  describe('delivery', () => {
    test('a new group gets everything from the beginning, then new messages', async () => {
      const { log } = current();
      await log.send([message('1', { key: 'a' }), message('2', { key: 'a' })]);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await until('the old messages are there', () => reader.received.length === 2);
      await log.send([message('3', { key: 'a' })]);
      await until('the new message is there', () => reader.received.length === 3);
      expect(reader.values()).toEqual(['1', '2', '3']);
    });

    test('keeps the order of every key over topics and partitions', async () => {
      const { log } = current();
      const sent = [...numbered(600, { keys: 40 }), ...numbered(600, { topic: 'payments', keys: 40 })];
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: reader.handle });
      for (let from = 0; from < sent.length; from += 100) await log.send(sent.slice(from, from + 100));
      await until('all are there', () => reader.received.length === sent.length);
      expect(orderByKey(reader.received)).toEqual(orderByKey(sent));
      expect(new Set(reader.received.map(partitionKey)).size).toBe(6);
    });

    test('concurrent sends keep the order of each caller', async () => {
      const { log } = current();
      const callers = Array.from({ length: 20 }, (_, caller) => `caller-${caller}`);
      const sends = callers.flatMap((key) =>
        Array.from({ length: 10 }, (_, index) => log.send([message(`${key}:${index}`, { key })])),
      );
      await Promise.all(sends);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await until('all are there', () => reader.received.length === 200);
      for (const key of callers) {
        const values = reader.received.filter((received) => received.key === key).map(({ value }) => value);
        expect(values).toEqual(Array.from({ length: 10 }, (_, index) => `${key}:${index}`));
      }
    });

    test('key, value and headers come back unchanged, from memory and from disk', async () => {
      const { log, reopen } = current();
      const text = 'Größe Ω 漢字 🧺 "\\\n\u0000\u2028 end';
      const sent = message(text, { key: `k-${text}`, headers: { ce_id: '1', traceparent: text, empty: '' } });
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      const before = Date.now();
      await log.send([sent, message('', { key: '' })]);
      await until('both are there', () => reader.received.length === 2);
      expect(reader.received).toContainEqual(expect.objectContaining(sent));
      expect(reader.received[0]?.timestamp).toBeGreaterThanOrEqual(before);
      const again = recorder();
      const reopened = await reopen(false);
      await reopened.subscribe({ group: 'others', topics: ['orders'], handle: again.handle });
      await until('both are there again', () => again.received.length === 2);
      expect(again.received).toContainEqual(expect.objectContaining(sent));
    });

    test('hands over large messages few at a time, and one beyond the limit by itself', async () => {
      const { log } = current();
      const sizes = [1, 400_000, 400_000, 400_000, 1_040_000, 1, 1, 700_000, 400_000];
      const sent = sizes.map((size, index) => message(`${index}${'x'.repeat(size)}`, { topic: 'narrow', key: 'a' }));
      await log.send(sent);
      const seen: number[][] = [];
      const handle = async (messages: readonly LogMessage[]) => void seen.push(messages.map(({ value }) => value.length - 1));
      await log.subscribe({ group: 'stored', topics: ['narrow'], handle });
      await until('all are there', () => seen.flat().length >= sizes.length);
      expect(seen.flat()).toEqual(sizes);
      for (const call of seen.filter(({ length }) => length > 1)) expect(call.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(1024 * 1024);
    });

    test('after a rejection the same messages come again, in order, while other partitions go on', async () => {
      const { log } = current();
      const reader = recorder();
      const calls: string[][] = [];
      await log.subscribe({
        group: 'readers',
        topics: ['narrow', 'orders'],
        handle: async (messages, signal) => {
          if (messages[0]?.topic === 'orders') return reader.handle(messages, signal);
          calls.push(messages.map(({ value }) => value));
          if (calls.length < 3) throw new Error('not yet');
        },
      });
      await log.send([...numbered(5, { topic: 'narrow' }), ...numbered(50)]);
      await until('the other topic is through', () => reader.received.length === 50);
      await until('the third call came', () => calls.length === 3);
      const all = ['0', '1', '2', '3', '4'];
      expect(calls[1]?.slice(0, calls[0]?.length)).toEqual(calls[0] ?? []);
      expect(calls[2]?.slice(0, calls[1]?.length)).toEqual(calls[1] ?? []);
      await until('nothing is missing', () => new Set(calls.flat()).size === all.length);
    });

    test('a stalled handler stalls only its own partition, which has one call at a time', async () => {
      const { log } = current();
      const reader = recorder();
      let stalledCalls = 0;
      await log.subscribe({
        group: 'readers',
        topics: ['narrow', 'orders'],
        handle: async (messages, signal) => {
          if (messages[0]?.topic === 'orders') return reader.handle(messages, signal);
          stalledCalls += 1;
          await stalled(signal);
        },
      });
      await log.send(numbered(5, { topic: 'narrow' }));
      await until('the stalled handler runs', () => stalledCalls === 1);
      for (let round = 0; round < 5; round += 1) await log.send([...numbered(20), ...numbered(1, { topic: 'narrow' })]);
      await until('the other topic is through', () => reader.received.length === 100);
      expect(stalledCalls).toBe(1);
    });

    test('refuses an undeclared topic, and keeps nothing of that send', async () => {
      const { log } = current();
      const refused = await log.send([message('1'), message('2', { topic: 'nowhere' })]).then(String, String);
      expect(refused).toContain('nowhere');
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await log.send([message('3')]);
      await until('the good message is there', () => reader.received.length > 0);
      expect(reader.values()).toEqual(['3']);
    });

    test('takes a message of 1 MiB; refuses a larger one, naming its topic and key', async () => {
      const { log } = current();
      const limit = 1024 * 1024;
      const refused = await log.send([message('x'.repeat(limit), { key: 'big' })]).then(String, String);
      expect(refused).toContain('topic orders, key big');
      const largest = 'x'.repeat(limit - Buffer.byteLength('fits{}'));
      await log.send([message(largest, { key: 'fits' })]);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await until('it is there', () => reader.received.length > 0);
      expect(reader.values().map(({ length }) => length)).toEqual([largest.length]);
    });

    test('refuses the messages of a send that are too large, names each, and keeps the others in order', async () => {
      const { log } = current();
      const large = ['first', 'second'].map((key) => message('x'.repeat(1024 * 1024), { key }));
      const small = numbered(4, { keys: 1 });
      const [one, two] = large as [LogMessage, LogMessage];
      const failure = await log.send([...small.slice(0, 2), one, ...small.slice(2), two]).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MessagesRefusedError);
      expect(failure).toMatchObject({ code: 'message-too-large' });
      expect((failure as MessagesRefusedError).refused.map((refused) => refused.message)).toEqual(large);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
      await until('the others are there', () => reader.received.length >= 4);
      expect(reader.values()).toEqual(['0', '1', '2', '3']);
      await log.check();
    });

    test('takes many megabytes in one send, and keeps the order', async () => {
      const { log } = current();
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      const filling = 'x'.repeat(2000);
      await log.send(Array.from({ length: 2500 }, (_, index) => message(`${index} ${filling}`, { topic: 'narrow', key: 'one' })));
      await until('all are there', () => reader.received.length === 2500);
      expect(reader.values().every((value, index) => value.startsWith(`${index} `))).toBe(true);
    });
  });
}
