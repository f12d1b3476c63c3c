import { expect, test } from 'bun:test';
import { patienceMs } from '../../../src/engine/gathering.ts';
import { newId } from '../../../src/ids.ts';
import { Relay } from '../../../src/engine/messaging/relay.ts';
import { recordedLog } from '../../../src/testing/recorded-log.ts';
import type { StoredEvent } from '../../../src/engine/writer/writer-store.ts';
import { handTime } from '../../hand-time.ts';

const PACE_MS = 30;

function pacedRelay() {
  const time = handTime();
  const log = recordedLog();
  const sends: { readonly at: number; readonly messages: number }[] = [];
  let seq = 0;
  const relay = new Relay({
    service: 'user', lane: 'one', publishedSeq: 0, lastSeq: 0, time, paceMs: PACE_MS,
    log: {
      ...log,
      send(messages) {
        sends.push({ at: time.now(), messages: messages.length });
        return log.send(messages);
      },
    },
    readEvents: () => Promise.reject(new Error('everything is in memory')),
    setAside: () => Promise.reject(new Error('this log takes everything')),
    report: (error) => {
      throw error;
    },
  });
  function committed(count: number): void {
    relay.offer(Array.from({ length: count }, () => registered((seq += 1))));
  }
  return { relay, time, sends, log, committed };
}

function registered(seq: number): StoredEvent {
  const id = newId();
  const data = JSON.stringify({ userId: id, registeredAt: new Date(0).toISOString() });
  return { lane: 'one', seq, id, type: 'user.registered', published: true, key: id, stream: id, version: 1, at: seq, correlationId: id, causationId: null, traceparent: null, data, context: {} };
}

test('in a quiet shop each event is sent at once', async () => {
  const { time, sends, committed } = pacedRelay();
  for (let n = 0; n < 3; n += 1) {
    committed(1);
    await time.pass(50);
  }
  expect(sends).toEqual([0, 50, 100].map((at) => ({ at, messages: 1 })));
});

test('many events are sent together, in order and within the longest wait', async () => {
  const { time, sends, log, committed, relay } = pacedRelay();
  for (let n = 0; n < 150; n += 1) {
    committed(3);
    await time.pass(20);
  }
  await time.pass(1000);
  // The rate is seen by then.
  const later = sends.slice(8);
  expect(Math.min(...later.slice(0, -1).map(({ messages }) => messages))).toBeGreaterThanOrEqual(15);
  expect(later.every(({ at }, index) => index === 0 || at - (later[index - 1]?.at ?? 0) <= patienceMs(PACE_MS) / 2 + 20)).toBe(true);
  expect(log.sent).toHaveLength(450);
  expect(log.sent.map(({ headers }) => headers['ce_id'])).toHaveLength(new Set(log.sent.map(({ headers }) => headers['ce_id'])).size);
  expect(relay.backlog).toBe(0);
});

test('a closing relay sends the events that wait', async () => {
  const { time, log, committed, relay } = pacedRelay();
  for (let n = 0; n < 50; n += 1) {
    committed(3);
    await time.pass(20);
  }
  committed(1);
  expect(relay.backlog).toBeGreaterThan(0);
  await relay.close(1000);
  expect(log.sent).toHaveLength(151);
});
