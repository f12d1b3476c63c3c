import { describe, expect, test } from 'bun:test';
import type { SubscribeOptions } from '../../src/log/event-log.ts';
import { until } from '../../src/testing/until.ts';
import { message, numbered, type OpenedLog, orderByKey, partitionKey, recorder, stalled } from './log-fixture.ts';

/** Counts the handlers that run in each partition, over all members that share the gauge. */
function exclusive(handle: SubscribeOptions['handle'], running: Map<string, number>): SubscribeOptions['handle'] {
  return async (messages, signal) => {
    const [first] = messages;
    const partition = first === undefined ? '' : partitionKey(first);
    const count = (running.get(partition) ?? 0) + 1;
    running.set(partition, count);
    if (count > 1) running.set('overlaps', (running.get('overlaps') ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await handle(messages, signal);
    running.set(partition, (running.get(partition) ?? 0) - 1);
  };
}

export function describeGroups(current: () => OpenedLog): void {
  describe('groups', () => {
    test('every group gets everything, at its own speed', async () => {
      const { log } = current();
      const [fast, late] = [recorder(), recorder()];
      await log.subscribe({ group: 'stuck', topics: ['orders'], handle: (_, signal) => stalled(signal) });
      await log.subscribe({ group: 'fast', topics: ['orders'], handle: fast.handle });
      for (let round = 1; round <= 10; round += 1) {
        await log.send(Array.from({ length: 10 }, (_, index) => message(`${round}:${index}`, { key: `key-${index}` })));
        await until('the fast group has this round', () => fast.received.length >= round * 10);
      }
      expect(new Set(fast.values()).size).toBe(fast.received.length);
      await log.subscribe({ group: 'late', topics: ['orders'], handle: late.handle });
      await until('the late group is through', () => late.received.length === 100);
      expect(orderByKey(late.received)).toEqual(orderByKey(fast.received));
    });

    test('members share the partitions and each partition has one owner at a time', async () => {
      const { log } = current();
      const members = [recorder(), recorder()];
      const running = new Map<string, number>();
      for (const { handle } of members) {
        await log.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: exclusive(handle, running) });
      }
      let sent = 0;
      const round = async () => {
        await log.send([...numbered(30), ...numbered(30, { topic: 'payments' })]);
        sent += 60;
      };
      // On a broker a member may have everything for itself until the other one has its place.
      await until('both have a share', async () => {
        await round();
        return members.every((member) => member.received.length > 0);
      });
      const before = members.map((member) => member.received.length);
      for (let n = 1; n <= 20; n += 1) await round();
      await until('all are there', () => members.reduce((sum, member) => sum + member.received.length, 0) >= sent);
      const [first, second] = members.map((member, index) => new Set(member.received.slice(before[index]).map(partitionKey)));
      expect(first?.size).toBeGreaterThan(0);
      expect(second?.size).toBeGreaterThan(0);
      expect(running.get('overlaps') ?? 0).toBe(0);
    });

    test('members that join and leave under load lose nothing and keep the order', async () => {
      const { log } = current();
      const reader = recorder();
      const running = new Map<string, number>();
      const join = () =>
        log.subscribe({ group: 'readers', topics: ['orders'], handle: exclusive(reader.handle, running) });
      const sent = numbered(400, { keys: 20 });
      await join();
      for (let round = 0; round < 8; round += 1) {
        const guest = await join();
        await log.send(sent.slice(round * 50, round * 50 + 50));
        if (round % 2 === 0) await guest.close();
      }
      await until('all are there', () => new Set(reader.values()).size === sent.length);
      expect(orderByKey(reader.received)).toEqual(orderByKey(sent));
      expect(running.get('overlaps') ?? 0).toBe(0);
    });

    test('closing a subscription aborts its handlers, waits for them and hands over their messages', async () => {
      const { log } = current();
      let [begun, aborted] = [0, 0];
      const leaving = await log.subscribe({
        group: 'readers',
        topics: ['narrow'],
        handle: async (_, signal) => {
          begun += 1;
          try {
            await stalled(signal);
          } finally {
            await new Promise((resolve) => setTimeout(resolve, 20));
            aborted += 1;
          }
        },
      });
      await log.send([message('1', { topic: 'narrow' })]);
      await until('the handler runs', () => begun === 1);
      const heir = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: heir.handle });
      await leaving.close();
      expect(aborted).toBe(begun);
      await until('the message came to the other member', () => heir.values().includes('1'));
    });

    test('a closed subscription gets nothing more, and the next one begins where it ended', async () => {
      const { log } = current();
      const [first, second] = [recorder(), recorder()];
      const subscription = await log.subscribe({ group: 'readers', topics: ['narrow'], handle: first.handle });
      await log.send([message('1', { topic: 'narrow' })]);
      await until('the first message is there', () => first.received.length === 1);
      await subscription.close();
      await log.send([message('2', { topic: 'narrow' })]);
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: second.handle });
      await until('the second message is there', () => second.received.length > 0);
      expect(first.values()).toEqual(['1']);
      expect(second.values()).toEqual(['2']);
    });
  });
}
