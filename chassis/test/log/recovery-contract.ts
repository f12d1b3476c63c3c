import { describe, expect, test } from 'bun:test';
import { until } from '../../src/testing/until.ts';
import { message, numbered, type OpenedLog, orderByKey, recorder, stalled } from './log-fixture.ts';

const HANDLER_LIMIT_MS = 10_000;
/** A log on a network misses a crashed member only when its session ends. */
const AFTER_CRASH_MS = 30_000;

export function describeRecovery(current: () => OpenedLog): void {
  describe('closing and crashing', () => {
    test('messages handled before an orderly close do not come again', async () => {
      const { log, reopen } = current();
      const before = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: before.handle });
      await log.send(numbered(50));
      await until('all are there', () => before.received.length === 50);
      const reopened = await reopen(false);
      const after = recorder();
      await reopened.subscribe({ group: 'readers', topics: ['orders'], handle: after.handle });
      await reopened.send([message('new')]);
      await until('the new message is there', () => after.received.length > 0);
      expect(after.values()).toEqual(['new']);
    });

    test('messages not handled before a crash come again, from the last stored offset on', async () => {
      const { log, reopen } = current();
      const before = recorder();
      const handled = numbered(20, { topic: 'narrow' });
      await log.subscribe({
        group: 'readers',
        topics: ['narrow'],
        handle: async (messages, signal) => {
          if (messages.some(({ value }) => value === 'hangs')) await stalled(signal);
          await before.handle(messages, signal);
        },
      });
      await log.send(handled);
      await until('the first ones are handled', () => before.received.length === handled.length);
      await log.send([message('hangs', { topic: 'narrow' }), message('behind', { topic: 'narrow' })]);
      const reopened = await reopen(true);
      const after = recorder();
      await reopened.subscribe({ group: 'readers', topics: ['narrow'], handle: after.handle });
      await until('the rest is there', () => after.values().includes('behind'), AFTER_CRASH_MS);
      const all = [...handled.map(({ value }) => value), 'hangs', 'behind'];
      expect(all.slice(-after.received.length)).toEqual(after.values());
      expect(after.received.length).toBeGreaterThanOrEqual(2);
    });

    test('closing in the middle of handling loses nothing that was sent', async () => {
      const { log, reopen } = current();
      const before = recorder();
      await log.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: before.handle });
      const sent = [...numbered(300), ...numbered(300, { topic: 'payments' })];
      const sends = Promise.all(sent.map((each) => log.send([each])));
      const reopening = reopen(false);
      await sends;
      const reopened = await reopening;
      const after = recorder();
      await reopened.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: after.handle });
      const all = () => orderByKey([...before.received, ...after.received]);
      await until('nothing is missing', () => [...all().values()].flat().length === sent.length);
      expect(all()).toEqual(orderByKey(sent));
    });

    test(
      'close waits for a handler that ignores its signal, but no longer than the limit',
      async () => {
        const { log } = current();
        let running = false;
        const end = Promise.withResolvers<void>();
        await log.subscribe({
          group: 'readers',
          topics: ['narrow'],
          handle: () => {
            running = true;
            return end.promise;
          },
        });
        await log.send([message('1', { topic: 'narrow' })]);
        await until('the handler runs', () => running);
        await log.close();
        end.resolve();
      },
      HANDLER_LIMIT_MS + 5000,
    );

    test('after close the log refuses everything', async () => {
      const { log } = current();
      await log.check();
      await log.close();
      await log.close();
      const handle = recorder().handle;
      const subscribing = log.subscribe({ group: 'readers', topics: ['orders'], handle });
      const outcomes = await Promise.allSettled([log.send([message('1')]), subscribing, log.check()]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    });
  });
}
