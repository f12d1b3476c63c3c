import { afterEach, beforeEach, expect, jest, test } from 'bun:test';
import { OrderStreams } from '../../src/http/order-streams.ts';

const COMMENT = /^:[^\n]*\n\n$/;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A stream of an order to which nothing happens. */
async function openStream() {
  const reads = { standings: async () => [], histories: async () => new Map() };
  const streams = new OrderStreams({ reads, hasEnded: () => false, report: () => expect.unreachable() });
  const standing = { id: Bun.randomUUIDv7(), version: 1, paymentStatus: 'none' } as const;
  const principal = { userId: Bun.randomUUIDv7(), sessionId: Bun.randomUUIDv7(), roles: [], generation: 1 };
  const { body } = await streams.open({ standing, principal, address: '192.0.2.1', after: 0 });
  const chunks: string[] = [];
  const pump = async (): Promise<void> => {
    for await (const chunk of body ?? []) chunks.push(new TextDecoder().decode(chunk));
  };
  const pumping = pump();
  return { streams, chunks, pumping };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('a stream on which nothing happens has a comment line every 5 s', async () => {
  const { streams, chunks, pumping } = await openStream();
  await settled();
  const before = chunks.length;
  for (const seconds of [5, 10, 15]) {
    jest.advanceTimersByTime(4999);
    await settled();
    const quiet = chunks.length - before;
    jest.advanceTimersByTime(1);
    await settled();
    expect([quiet, chunks.length - before]).toEqual([seconds / 5 - 1, seconds / 5]);
    expect(chunks.at(-1)).toMatch(COMMENT);
  }
  const closing = streams.close();
  jest.advanceTimersByTime(100);
  await closing;
  await pumping;
});
