import { expect, test } from 'bun:test';
import type { LogMessage } from '../../../src/log/event-log.ts';
import { Relay } from '../../../src/engine/messaging/relay.ts';
import { recordedLog } from '../../../src/testing/recorded-log.ts';
import { until } from '../../../src/testing/until.ts';
import { EVENTS_SIZE, type StoredEvent } from '../../../src/engine/writer/writer-store.ts';

const ID = '0198c0de-7a11-7c3e-8f21-5d0e4b7a9c3f';
const DATA = JSON.stringify({ userId: ID, registeredAt: new Date(0).toISOString() });

/** The events table: an event of each number, at that millisecond. */
const stored = (seq: number, data = DATA): StoredEvent => ({
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
  data,
  context: {},
});
const range = (from: number, to: number, data?: string) => Array.from({ length: to - from + 1 }, (_, index) => stored(from + index, data));
const versionsOf = (messages: readonly LogMessage[]) => messages.map(({ headers }) => Number(headers['ce_aggregateversion']));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** A relay over a table of so many events; each send waits until it is let through. */
function relayOver(tableSize: number, { publishedSeq = 0, lastSeq = 0, data = DATA } = {}) {
  const log = recordedLog();
  const held: (() => void)[] = [];
  const read: number[] = [];
  const rows: number[] = [];
  const sends: number[] = [];
  const relay = new Relay({
    service: 'user',
    lane: 'one',
    publishedSeq,
    lastSeq,
    log: {
      ...log,
      async send(messages) {
        sends.push(messages.length);
        await new Promise<void>((go) => held.push(go));
        await log.send(messages);
      },
    },
    async readEvents(_lane, after, limit) {
      read.push(after);
      const fit = Math.min(limit, Math.floor(EVENTS_SIZE / data.length));
      const events = range(after + 1, Math.min(tableSize, after + fit), data);
      rows.push(events.length);
      return events;
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
  return { relay, log, read, rows, sends, held, letOneThrough };
}

async function drained({ relay, held }: ReturnType<typeof relayOver>): Promise<void> {
  await until('everything is sent', () => {
    for (const go of held.splice(0)) go();
    return relay.backlog === 0;
  });
}

test('events that another owner left in the lane are sent without waiting for a new event', async () => {
  const one = relayOver(4, { publishedSeq: 2, lastSeq: 2 });
  one.relay.catchUp({ lastSeq: 4 });
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual([3, 4]);
  one.relay.offer(range(5, 5));
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual([3, 4, 5]);
});

test('events left by an earlier process are read from the table and sent first; later ones come from memory', async () => {
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

test('while the log is away memory is limited, and no event is left out at either end of the gap', async () => {
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

test('the age of the outbox is that of the longest waiting event, 0 when none waits', async () => {
  const one = relayOver(2);
  expect(one.relay.ageMs).toBe(0);
  one.relay.offer(range(1, 1));
  one.relay.offer(range(2, 2));
  expect(one.relay.ageMs).toBeGreaterThan(Date.now() - 1000);
  await drained(one);
  expect(one.relay.ageMs).toBe(0);
});

test('a closed relay sends nothing more; the next one begins where it ended', async () => {
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

test('a report or trace that throws holds back no event and has none sent twice', async () => {
  const broken = (): never => {
    throw new Error('this cannot be told');
  };
  const log = recordedLog();
  let failures = 1;
  const send: typeof log.send = async (messages) => {
    failures -= 1;
    if (failures >= 0) throw new Error('the log is away');
    await log.send(messages);
  };
  const parts = { service: 'user', lane: 'one', publishedSeq: 0, lastSeq: 2, readEvents: async () => range(1, 2), setAside: async () => undefined } as const;
  const relay = new Relay({ ...parts, log: { ...log, send }, report: broken, trace: broken });
  relay.start();
  await until('everything is sent', () => relay.backlog === 0);
  expect(versionsOf(log.sent)).toEqual([1, 2]);
});

const LARGE = 'x'.repeat(1_000_000);

test('large events are sent few at a time, from memory and from the table, and read few at a time', async () => {
  const one = relayOver(200, { lastSeq: 196, data: LARGE });
  one.relay.start();
  one.relay.offer(range(197, 200, LARGE));
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual(upTo(200));
  expect(Math.max(...one.sends)).toBe(4);
  expect(Math.max(...one.rows)).toBe(4);
  const fresh = relayOver(0);
  fresh.relay.offer(range(1, 9, LARGE));
  await drained(fresh);
  expect(fresh.sends).toEqual([4, 4, 1]);
  const huge = relayOver(0);
  huge.log.limit = Infinity;
  huge.relay.offer([stored(1, LARGE.repeat(5)), stored(2)]);
  await drained(huge);
  expect(huge.sends).toEqual([1, 1]);
});

test('memory is limited by size as well', async () => {
  const one = relayOver(100, { data: LARGE });
  for (let seq = 1; seq <= 100; seq += 1) one.relay.offer([stored(seq, LARGE)]);
  await drained(one);
  expect(versionsOf(one.log.sent)).toEqual(upTo(100));
  // The one that goes beyond is the last that is kept.
  expect(one.read[0]).toBe(9);
});
