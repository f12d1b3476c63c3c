import { describe, expect, test } from 'bun:test';
import type { EachBatchPayload, KafkaMessage, Offsets } from 'kafkajs';
import { memberWork } from '../../../src/log/kafka/member-work.ts';
import { waitingRoom } from '../../../src/log/kafka/partition-worker.ts';
import type { ReceivedMessage } from '../../../src/log/event-log.ts';
import { until } from '../../../src/testing/until.ts';

const record = (offset: number, bytes: number): KafkaMessage => ({
  key: Buffer.from('key'),
  value: Buffer.from(String(offset).padEnd(bytes)),
  timestamp: '0',
  attributes: 0,
  offset: String(offset),
  headers: {},
});

/** What kafkajs hands over for offsets `from` to `to`; `resolved` gets how far the next fetch is ahead. */
function batch(from: number, to: number, resolved: string[], committed: string[] = [], { partition = 0, bytes = 0 } = {}): EachBatchPayload {
  const messages = Array.from({ length: to - from + 1 }, (_, index) => record(from + index, bytes));
  const payload: unknown = {
    batch: { topic: 'orders', partition, messages, lastOffset: () => String(to) },
    resolveOffset: (offset: string) => resolved.push(offset),
    commitOffsetsIfNecessary: async ({ topics }: Offsets) => {
      for (const { partitions } of topics) committed.push(...partitions.map(({ offset }) => offset));
    },
  };
  return payload as EachBatchPayload;
}

function work(handle: (messages: readonly ReceivedMessage[]) => Promise<void>) {
  const fetching: boolean[] = [];
  const member = memberWork({
    group: 'readers',
    groupOnBroker: 'shop.readers',
    subscriber: { handle },
    room: waitingRoom(),
    topicOfCaller: (topic) => topic,
    setFetching: (_topic, _partition, wanted) => fetching.push(wanted),
    handlerFailed: () => undefined,
    report: (error) => {
      throw error;
    },
  });
  return { member, fetching };
}

describe("a member's work", () => {
  test('stops fetching a partition whose handler is far behind, until it has caught up', async () => {
    const gate = Promise.withResolvers<void>();
    let handled = 0;
    const { member, fetching } = work(async (messages) => {
      await gate.promise;
      handled += messages.length;
    });
    member.assigned({ orders: [0] });
    member.take(batch(0, 999, []));
    expect(fetching).toEqual([true]);
    member.take(batch(1000, 1999, []));
    expect(fetching).toEqual([true, false]);
    gate.resolve();
    await until('all are handled', () => handled === 2000);
    expect(fetching).toEqual([true, false, true]);
    await member.end(100);
  });

  test('while large messages fill the room, fetches only partitions that have none waiting', async () => {
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const fetching = new Map<number, boolean>();
    const member = memberWork({
      group: 'readers',
      groupOnBroker: 'readers',
      subscriber: {
        handle: async (messages) => {
          await gate.promise;
          handled.push(...messages.map(({ partition, offset }) => `${partition}/${offset}`));
        },
      },
      room: waitingRoom(5000),
      topicOfCaller: (topic) => topic,
      setFetching: (_topic, partition, wanted) => fetching.set(partition, wanted),
      handlerFailed: () => undefined,
      report: (error) => {
        throw error;
      },
    });
    const large = (partition: number, from: number) => batch(from, from + 1, [], [], { partition, bytes: 2000 });
    const fetched = () => [0, 1, 2].filter((partition) => fetching.get(partition));
    member.assigned({ orders: [0, 1, 2] });
    member.take(large(0, 0));
    expect(fetched()).toEqual([0, 1, 2]);
    member.take(large(1, 0));
    expect(fetched()).toEqual([2]);
    member.take(large(2, 0));
    expect(fetched()).toEqual([]);
    gate.resolve();
    await until('all are handled and fetched again', () => handled.length === 6 && fetched().length === 3);
    await member.end(100);
  });

  test('a late fetch from before a join skips no message that was dropped at the join', async () => {
    const values: string[] = [];
    const { member } = work(async (messages) => {
      values.push(...messages.map(({ value }) => value));
    });
    const [resolved, committed]: [string[], string[]] = [[], []];
    member.assigned({ orders: [0] });
    member.take(batch(0, 4, resolved, committed));
    await until('the first are handled', () => values.length === 5);
    await member.revoke(100);
    member.assigned({ orders: [0] });
    member.take(batch(10, 12, resolved, committed));
    member.take(batch(5, 12, resolved, committed));
    await until('the rest is handled', () => values.length === 13);
    await member.end(100);
    expect(values).toEqual(Array.from({ length: 13 }, (_, offset) => String(offset)));
    expect(resolved).toEqual(['4', '12']);
    expect(committed).toEqual(['5', '13']);
  });

  test('stores no offset of a handler that ends after its time limit', async () => {
    const late = Promise.withResolvers<void>();
    const reports: string[] = [];
    const committed: string[] = [];
    const member = memberWork({
      group: 'readers',
      groupOnBroker: 'readers',
      subscriber: { handle: () => late.promise },
      room: waitingRoom(),
      topicOfCaller: (topic) => topic,
      setFetching: () => undefined,
      handlerFailed: () => undefined,
      report: (_, message) => reports.push(message),
    });
    member.assigned({ orders: [0] });
    member.take(batch(0, 4, [], committed));
    await member.revoke(20);
    late.resolve();
    await late.promise;
    await member.end(20);
    expect(committed).toEqual([]);
    expect(reports).toEqual(['a handler goes on after its partition was taken away; its outcome is ignored']);
  });
});
