import { describe, expect, test } from 'bun:test';
import type { ReceivedMessage } from '../../src/log/event-log.ts';
import { until } from '../../src/testing/until.ts';
import { message, numbered, type OpenedLog, orderByKey, recorder } from './log-fixture.ts';

const never = new AbortController().signal;

export function describeReplay(current: () => OpenedLog): void {
  describe('a replay', () => {
    test('shows every message of its topics once, in order, says how many there are, and ends', async () => {
      const { log } = current();
      const sent = [...numbered(1200), ...numbered(30, { topic: 'narrow' })];
      await log.send([...sent, message('not asked for', { topic: 'payments' })]);
      const seen: ReceivedMessage[] = [];
      const totals = new Set<number>();
      await log.replay(['orders', 'narrow'], async (batch, total) => {
        seen.push(...batch);
        totals.add(total);
      }, never);
      expect(seen.length).toBe(sent.length);
      expect(orderByKey(seen)).toEqual(orderByKey(sent));
      expect([...totals]).toEqual([sent.length]);
    });

    test('shows large messages few at a time', async () => {
      const { log } = current();
      const sent = Array.from({ length: 12 }, (_, index) => message(`${index} ${'x'.repeat(300_000)}`, { topic: 'narrow', key: 'a' }));
      await log.send(sent);
      const seen: string[][] = [];
      await log.replay(['narrow'], async (batch) => void seen.push(batch.map(({ value }) => value)), never);
      expect(seen.flat()).toEqual(sent.map(({ value }) => value));
      expect(Math.max(...seen.map(({ length }) => length))).toBeLessThanOrEqual(3);
    });

    test('of empty topics ends at once', async () => {
      await current().log.replay(['narrow'], async () => expect.unreachable(), never);
    });

    test('does not wait for messages that are sent while it runs', async () => {
      const { log } = current();
      await log.send([message('before', { topic: 'narrow' })]);
      const seen: string[] = [];
      await log.replay(['narrow'], async (batch) => {
        await log.send([message('meanwhile', { topic: 'narrow' })]);
        seen.push(...batch.map(({ value }) => value));
      }, never);
      expect(seen).toEqual(['before']);
    });

    test('moves no group\'s offsets', async () => {
      const { log } = current();
      await log.send(numbered(20));
      await log.replay(['orders'], async () => undefined, never);
      const group = recorder();
      const subscription = await log.subscribe({ group: 'readers', topics: ['orders'], handle: group.handle });
      await log.replay(['orders'], async () => undefined, never);
      await until('all are handled', () => group.received.length === 20);
      await subscription.close();
      expect(group.values().toSorted()).toEqual(numbered(20).map(({ value }) => value).toSorted());
    });

    test('ends with an error of its reader, and with its signal', async () => {
      const { log } = current();
      await log.send(numbered(5));
      const thrown = await log.replay(['orders'], () => Promise.reject(new Error('no room')), never).catch(String);
      expect(thrown).toBe('Error: no room');
      const leave = new AbortController();
      leave.abort(new Error('enough'));
      expect(await log.replay(['orders'], async () => undefined, leave.signal).catch(String)).toBe('Error: enough');
    });
  });
}
