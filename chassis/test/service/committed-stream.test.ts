import { afterEach, beforeEach, describe, expect, jest, test } from 'bun:test';
import { type CommittedReads, type CommittedRow, CommittedTail } from '../../src/engine/committed-tail.ts';
import { newId } from '../../src/ids.ts';
import { CommittedStreams } from '../../src/service/committed-stream.ts';
import { readEvents } from '../../src/testing/read-events.ts';
import { until } from '../../src/testing/until.ts';
import { Problem } from '../../src/web/problems/problem.ts';

const row = (seq: number): CommittedRow => ({ lane: 'one', seq, id: newId(), type: 'moved', published: false, key: 'k', stream: 's', version: seq, at: 0, correlationId: 'k', causationId: null, context: {} });

interface Given {
  readonly reads?: Partial<CommittedReads>;
  readonly lastSeq?: number;
}

/** The streams of a process whose lane is in memory. */
function streamsOf({ reads = {}, lastSeq = 0 }: Given = {}) {
  const ended = new Set<string>();
  const failures: unknown[] = [];
  const report = (error: unknown) => void failures.push(error);
  const tail = new CommittedTail({
    reads: {
      ends: async () => [{ lane: 'one', lastSeq, publishedSeq: 0 }],
      after: async (_lane, seq, limit) => Array.from({ length: Math.min(limit, lastSeq - seq) }, (_, at) => row(seq + at + 1)),
      history: async () => ({ events: [], more: false }),
      published: async () => [],
      ...reads,
    },
    report,
  });
  const streams = new CommittedStreams({ service: 'order', tail, hasEnded: ({ userId }) => ended.has(userId), report });
  const open = ({ userId = newId(), address = '192.0.2.1', lastEventId }: { userId?: string; address?: string; lastEventId?: string } = {}) =>
    streams.open({ principal: { userId, sessionId: newId(), roles: ['staff'], generation: 1 }, address, lastEventId });
  const refusal = async (...asked: Parameters<typeof open>): Promise<Problem | undefined> => {
    const opened = await open(...asked).catch((error: unknown) => error);
    return opened instanceof Problem ? opened : undefined;
  };
  return { streams, tail, open, refusal, ended, failures };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

describe('streams of what is committed', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('have a comment every 5 s, and end after 15 minutes', async () => {
    const { streams, open } = streamsOf();
    const reading = readEvents(await open());
    const comments = () => reading.text.split(': \n\n').length - 1;
    for (const expected of [1, 2]) {
      jest.advanceTimersByTime(4999);
      await settled();
      expect(comments()).toBe(expected - 1);
      jest.advanceTimersByTime(1);
      await settled();
      expect(comments()).toBe(expected);
    }
    for (let minute = 0; minute < 16; minute += 1) {
      jest.advanceTimersByTime(60_000);
      await settled();
    }
    expect([reading.isOver, streams.size, jest.getTimerCount()]).toEqual([true, 0, 0]);
  });

  test('end within half a second after the end of access is known, and only those of the user', async () => {
    const { open, ended, streams } = streamsOf();
    const userId = newId();
    const [theirs, other] = [readEvents(await open({ userId })), readEvents(await open())];
    ended.add(userId);
    jest.advanceTimersByTime(500);
    await settled();
    expect([theirs.isOver, other.isOver]).toEqual([true, false]);
    await streams.close();
  });

  test('end when their reader does not read', async () => {
    const { open, streams, tail } = streamsOf();
    await open();
    let seq = 0;
    for (let second = 0; second < 60 && streams.size > 0; second += 1) {
      tail.offer(Array.from({ length: 400 }, () => row((seq += 1))));
      jest.advanceTimersByTime(1000);
      await settled();
    }
    expect([streams.size, jest.getTimerCount()]).toEqual([0, 0]);
    expect(seq).toBeLessThan(20_000);
  });
});

describe('places for such streams', () => {
  test('are 20 for a user, 100 for an address, and 200 for all; a closed one makes room', async () => {
    const { streams, open, refusal } = streamsOf();
    const userId = newId();
    const own = await Promise.all(Array.from({ length: 20 }, () => open({ userId })));
    expect(await refusal({ userId, address: '192.0.2.2' })).toMatchObject({ code: 'too-many-requests', message: 'You read 20 of these streams already: close one.', details: { headers: { 'retry-after': '5' } } });
    await Promise.all(Array.from({ length: 80 }, () => open()));
    expect(await refusal()).toMatchObject({ code: 'too-many-requests', message: 'Your address reads 100 of these streams already: close one.' });
    await Promise.all(Array.from({ length: 100 }, () => open({ address: '192.0.2.2' })));
    expect(await refusal({ address: '192.0.2.3' })).toMatchObject({ code: 'overloaded' });
    await own[0]?.body?.cancel();
    expect(await refusal({ userId })).toBeUndefined();
    expect(streams.size).toBe(200);
    await streams.close();
    expect([streams.size, (await refusal())?.code]).toEqual([0, 'unavailable']);
  });

  test('are given back when what was committed cannot be read', async () => {
    const { open, streams } = streamsOf({ reads: { ends: () => Promise.reject(new Error('away')) } });
    for (let tries = 0; tries < 30; tries += 1) expect(await open({ userId: 'same' }).catch((error: unknown) => error)).toEqual(new Error('away'));
    expect(streams.size).toBe(0);
  });
});

describe('a reader that comes back', () => {
  test.each([
    [5000, false],
    [5001, true],
  ])('after %i entries has missed some: %p', async (lastSeq, missed) => {
    const { streams, open } = streamsOf({ lastSeq });
    const reading = readEvents(await open({ lastEventId: '-' }));
    if (!missed) await until('all are sent', () => reading.lastId === 'one:5000');
    const seqs = reading.events.flatMap(({ name, data }) => (name === 'committed' ? (data as { entries: { seq: number }[] }).entries.map(({ seq }) => seq) : []));
    await streams.close();
    expect(reading.events[0]?.data).toMatchObject({ missed });
    expect(seqs).toEqual(missed ? [] : Array.from({ length: 5000 }, (_, at) => at + 1));
  });

  test('gets what is committed meanwhile behind what it missed', async () => {
    const { promise: read, resolve } = Promise.withResolvers<readonly CommittedRow[]>();
    const { streams, open, tail } = streamsOf({ lastSeq: 2, reads: { after: () => read } });
    const reading = readEvents(await open({ lastEventId: '-' }));
    const live = readEvents(await open());
    tail.offer([row(3)]);
    await until('the other has it', () => live.lastId === 'one:3');
    expect(reading.events.map(({ name }) => name)).toEqual(['open']);
    resolve([row(1), row(2)]);
    await until('it has all', () => reading.lastId === 'one:3');
    expect(reading.events.map(({ id }) => id)).toEqual(['-', 'one:2', 'one:3']);
    await streams.close();
  });

  test('is sent away when what it missed cannot be read, and comes again', async () => {
    const { streams, open, failures } = streamsOf({ lastSeq: 2, reads: { after: () => Promise.reject(new Error('away')) } });
    const reading = readEvents(await open({ lastEventId: '-' }));
    await until('it is over', () => reading.isOver);
    expect([streams.size, failures]).toEqual([0, [new Error('away')]]);
  });
});
