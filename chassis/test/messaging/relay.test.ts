import { expect, test } from 'bun:test';
import type { LogMessage } from '../../src/log/event-log.ts';
import { Relay } from '../../src/messaging/relay.ts';
import { recordedLog } from '../../src/testing/recorded-log.ts';
import { until } from '../../src/testing/until.ts';
import type { StoredEvent } from '../../src/writer/writer-store.ts';

const ID = '0198c0de-7a11-7c3e-8f21-5d0e4b7a9c3f';
const DATA = JSON.stringify({ userId: ID, registeredAt: new Date(0).toISOString() });

/** The events table: an event of each number, at that millisecond. */
const stored = (seq: number): StoredEvent => ({
  lane: 'one',
  seq,
  id: ID,
  type: 'user.registered',
  published: true,
  key: ID,
  stream: ID,
  version: seq,
  at: seq,
  correlationId: ID,
  causationId: null,
  traceparent: null,
  data: DATA,
  context: {},
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => stored(from + index));
const versionsOf = (messages: readonly LogMessage[]) => messages.map(({ headers }) => Number(headers['ce_aggregateversion']));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** A relay over a table of so many events; each send waits until it is let through. */
function relayOver(tableSize: number, { publishedSeq = 0, lastSeq = 0 } = {}) {
  const log = recordedLog();
  const held: (() => void)[] = [];
  const read: number[] = [];
  const relay = new Relay({
    service: 'user',
    lane: 'one',
    publishedSeq,
    lastSeq,
    log: {
      ...log,
      async send(messages) {
        await new Promise<void>((go) => held.push(go));
        await log.send(messages);
      },
    },
    async readEvents(_lane, after, limit) {
      read.push(after);
      return range(after + 1, Math.min(tableSize, after + limit));
    },
    setAside: () => Promise.reject(new Error('this log takes everything')),
    report: (error) => {
      throw error;
    },
  });
  const letOneThrough = async () => {
    const go = await until('a send', () => held.shift());
    go();
  };
  return { relay, log, read, held, letOneThrough };
}

async function drained({ relay, held }: ReturnType<typeof relayOver>): Promise<void> {
  await until('everything is sent', () => {
    for (const go of held.splice(0)) go();
    return relay.backlog === 0;
  });
}

test('what an earlier process left comes from the table, before what is committed meanwhile; then memory is enough', async () => {
  const one = relayOver(6, { publishedSeq: 2, lastSeq: 4 });
  one.relay.offer(range(5, 6));
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual([3, 4, 5, 6]);
  const reads = one.read.length;
  one.relay.offer(range(7, 8));
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(one.read).toHaveLength(reads);
});

test('while the log is away memory has an end, and nothing is left out where it stops and begins again', async () => {
  const one = relayOver(20_003);
  one.relay.offer(range(1, 19_999));
  one.relay.offer(range(20_000, 20_001));
  one.relay.offer(range(20_002, 20_002));
  await one.letOneThrough();
  await until('there is room again', () => one.relay.publishedSeq === 1000);
  // Not the next of those in memory: the one before it is in the table alone.
  one.relay.offer(range(20_003, 20_003));
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual(upTo(20_003));
  expect(one.read).toEqual([20_001]);
});

test('the age of the outbox is that of the event that waits longest, 0 when none does', async () => {
  const one = relayOver(2);
  expect(one.relay.ageMs).toBe(0);
  one.relay.offer(range(1, 1));
  one.relay.offer(range(2, 2));
  expect(one.relay.ageMs).toBeGreaterThan(Date.now() - 1000);
  await drained(one);
  expect(one.relay.ageMs).toBe(0);
});

test('a relay that is closed sends nothing any more; the next one begins where it ended', async () => {
  const one = relayOver(2);
  one.relay.offer(range(1, 1));
  await one.relay.close(1);
  one.relay.offer(range(2, 2));
  await one.letOneThrough();
  await until('the send that was under way has ended', () => one.relay.publishedSeq === 1);
  expect(one.held).toEqual([]);
  const next = relayOver(2, { publishedSeq: one.relay.publishedSeq, lastSeq: 2 });
  next.relay.start();
  await drained(next);
  expect(versionsOf(next.log.sent)).toEqual([2]);
});
