import { describe, expect, test } from 'bun:test';
import { sendQueue } from '../../../src/log/kafka/producer.ts';
import { EventLogError, type EventLogErrorCode, type LogMessage } from '../../../src/log/event-log.ts';
import { message } from '../log-fixture.ts';

const BYTES = 30_000;
const messages = Array.from({ length: 400 }, (_, i) => message(String(i)));
const sized = (some: readonly LogMessage[], bytes = BYTES) => some.map((one) => ({ message: one, bytes }));

/** A broker that takes so many bytes at once and answers more with an error of this code. */
function broker(limit: number, code: EventLogErrorCode) {
  const taken: string[] = [];
  const refused: number[] = [];
  const queue = sendQueue(async (batch) => {
    if (batch.length * BYTES > limit) {
      refused.push(batch.length);
      throw new EventLogError(code, 'too much');
    }
    taken.push(...batch.map(({ value }) => value));
  });
  return { queue, taken, refused };
}

describe('messages on their way to a broker', () => {
  test.each(['message-too-large', 'connection-closed'] as const)('go in batches that fit after %s for larger ones, in order, and larger ones are seldom tried again', async (code) => {
    const { queue, taken, refused } = broker(200_000, code);
    expect(await queue.send(sized(messages))).toEqual([]);
    expect(taken).toEqual(messages.map(({ value }) => value));
    // Some to find the limit, and one batch in fifty afterwards.
    expect(refused.length).toBeLessThan(12);
  });

  test('fail with everything behind them when the broker closes the connection on a single message: it may have died', async () => {
    const { queue, taken } = broker(1000, 'connection-closed');
    const [first, second] = [queue.send(sized(messages.slice(0, 5))), queue.send(sized(messages.slice(5, 6)))];
    expect(await Promise.all([first, second].map((sent) => sent.catch((error: EventLogError) => error.code)))).toEqual(['connection-closed', 'connection-closed']);
    expect(taken).toEqual([]);
  });

  test('are refused by name if a single one is too large, and no other is', async () => {
    const { queue } = broker(1000, 'message-too-large');
    expect((await queue.send(sized(messages.slice(0, 3)))).map((each) => each.message)).toEqual(messages.slice(0, 3));
  });
});
