import { describe, expect, test } from 'bun:test';
import type { EachBatchPayload, KafkaMessage, Offsets } from 'kafkajs';
import { memberWork } from '../../src/kafka/member-work.ts';
import type { ReceivedMessage } from '../../src/log/event-log.ts';
import { until } from '../../src/testing/until.ts';

const record = (offset: number): KafkaMessage => ({
  key: Buffer.from('key'),
  value: Buffer.from(String(offset)),
  timestamp: '0',
  attributes: 0,
  offset: String(offset),
  headers: {},
});

/** What kafkajs hands over for offsets `from` to `to`; `resolved` gets how far the next fetch is ahead. */
function batch(from: number, to: number, resolved: string[], committed: string[] = []): EachBatchPayload {
  const messages = Array.from({ length: to - from + 1 }, (_, index) => record(from + index));
  const payload: unknown = {
    batch: { topic: 'orders', partition: 0, messages, lastOffset: () => String(to) },
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
  test('fetches no more for a partition whose handler is far behind, until it has caught up', async () => {
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

  test('a fetch from before a join leaves out nothing that was let go', async () => {
    const values: string[] = [];
    const { member } = work(async (messages) => {
      values.push(...messages.map(({ value }) => value));
    });
    const [resolved, committed]: [string[], string[]] = [[], []];
    member.assigned({ orders: [0] });
    member.take(batch(0, 4, resolved, committed));
    await until('the first are handled', () => values.length === 5);
    await member.letGo(100);
    member.assigned({ orders: [0] });
    member.take(batch(10, 12, resolved, committed));
    member.take(batch(5, 12, resolved, committed));
    await until('the rest is handled', () => values.length === 13);
    await member.end(100);
    expect(values).toEqual(Array.from({ length: 13 }, (_, offset) => String(offset)));
    expect(resolved).toEqual(['4', '12']);
    expect(committed).toEqual(['5', '13']);
  });

  test('stores no offset of a handler that ends after its time', async () => {
    const late = Promise.withResolvers<void>();
    const reports: string[] = [];
    const committed: string[] = [];
    const member = memberWork({
      group: 'readers',
    groupOnBroker: 'shop.readers',
      subscriber: { handle: () => late.promise },
      topicOfCaller: (topic) => topic,
      setFetching: () => undefined,
      handlerFailed: () => undefined,
      report: (_, message) => reports.push(message),
    });
    member.assigned({ orders: [0] });
    member.take(batch(0, 4, [], committed));
    await member.letGo(20);
    late.resolve();
    await late.promise;
    await member.end(20);
    expect(committed).toEqual([]);
    expect(reports).toEqual(['a handler goes on without its partition; what it does counts for nothing']);
  });
});
