import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { patienceMs } from '../../../src/engine/gathering.ts';
import { newId } from '../../../src/ids.ts';
import type { SubmitOptions } from '../../../src/engine/writer/input-queue.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import { handTime } from '../../hand-time.ts';
import { memoryStore } from './memory-store.ts';
import { deposit, type Toy } from './toy-use-cases.ts';

const PACE_MS = 30;
const TRANSACTION_MS = 5;
const CALLER: SubmitOptions = { limitMs: 10_000 };
const MESSAGE: SubmitOptions = {};

async function paced({ batchLimit = 500, transactionMs = TRANSACTION_MS } = {}) {
  const time = handTime();
  const store = memoryStore(time, transactionMs);
  const writer = await Writer.open<Toy>({
    store, time, newId, batchLimit, paceMs: PACE_MS, lane: 'one', leaseMs: 3_600_000,
    runTask: () => undefined,
    report: (error) => {
      throw error;
    },
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
  });
  const waits: number[] = [];
  let sent = 0;
  async function submit(options: SubmitOptions, account = `account ${(sent += 1)}`): Promise<number> {
    const at = time.now();
    const total = await writer.submit(deposit, { account, amount: 1 }, options);
    waits.push(time.now() - at - transactionMs);
    return total;
  }
  /** One after the other, as far apart as said; answers when all are settled. */
  async function steadily(count: number, apartMs: number, options: SubmitOptions): Promise<void> {
    const answers: Promise<number>[] = [];
    for (let n = 0; n < count; n += 1) {
      answers.push(submit(options));
      await time.pass(apartMs);
    }
    await time.pass(1000);
    await Promise.all(answers);
  }
  const batches = () => store.begun.map(({ inputs }) => inputs.length);
  return { time, store, writer, waits, submit, steadily, batches };
}

describe('the pace of a writer', () => {
  test('in a quiet shop no input waits', async () => {
    const { steadily, waits, batches } = await paced();
    await steadily(5, 400, MESSAGE);
    await steadily(5, 400, CALLER);
    expect(waits).toEqual(Array<number>(10).fill(0));
    expect(batches()).toEqual(Array<number>(10).fill(1));
  });

  test('the steps of a single order wait no longer than a pace each', async () => {
    const { submit, time, waits } = await paced();
    for (let step = 0; step < 3; step += 1) {
      const answer = submit(MESSAGE);
      await time.pass(PACE_MS + TRANSACTION_MS);
      await answer;
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(PACE_MS);
  });

  test('a hundred messages a second share transactions, and none waits longer than the longest wait', async () => {
    const { steadily, waits, batches } = await paced();
    await steadily(300, 10, MESSAGE);
    expect(Math.max(...waits)).toBeLessThanOrEqual(patienceMs(PACE_MS));
    expect(batches().slice(5, -1).every((inputs) => inputs >= 20)).toBe(true);
  });

  test('at a thousand messages a second a transaction begins as soon as a worthwhile number waits', async () => {
    const { steadily, waits, batches } = await paced();
    await steadily(2000, 1, MESSAGE);
    expect(Math.max(...waits.slice(500))).toBeLessThanOrEqual(110);
    expect(batches().slice(10, -1).every((inputs) => inputs >= 90)).toBe(true);
  });

  test('a caller ends the wait of the messages before it and shares its transaction with them', async () => {
    const { time, submit, writer, store } = await paced();
    const messages: Promise<number>[] = [];
    const some = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        messages.push(submit(MESSAGE));
        await time.pass(10);
      }
    };
    await some(100);
    while (writer.waiting > 0) await some(1);
    await some(6);
    const at = time.now();
    const answer = submit(CALLER);
    await time.pass(TRANSACTION_MS);
    await answer;
    expect(store.begun.at(-1)).toMatchObject({ at, inputs: { length: writer.waiting + 7 } });
    await time.pass(1000);
    await Promise.all(messages);
  });

  test('fifty callers a second wait for each other three paces at most, five to a transaction', async () => {
    const { steadily, waits, batches } = await paced();
    await steadily(150, 20, CALLER);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3 * PACE_MS);
    // Until the rate is known each is alone, or with one other.
    expect(batches().slice(27, -1).every((inputs) => inputs >= 5)).toBe(true);
    expect(batches().length).toBeLessThanOrEqual(55);
  });

  test('many callers wait one pace', async () => {
    const { steadily, waits } = await paced();
    await steadily(1000, 2, CALLER);
    expect(Math.max(...waits)).toBeLessThanOrEqual(PACE_MS + TRANSACTION_MS);
  });

  test('callers who ask again once they are answered wait no longer than a pace', async () => {
    const { time, submit, waits } = await paced();
    const until = 3000;
    const asking = Array.from({ length: 5 }, async () => {
      while (time.now() < until) await submit(CALLER);
    });
    await time.pass(until + 1000);
    await Promise.all(asking);
    expect(Math.max(...waits)).toBeLessThanOrEqual(PACE_MS);
  });

  test('callers among messages wait for other callers, not for the messages', async () => {
    const { time, submit } = await paced();
    const callers: number[] = [];
    for (let n = 0; n < 600; n += 1) {
      void submit(MESSAGE);
      const at = time.now();
      if (n % 4 === 0) void submit(CALLER).then(() => callers.push(time.now() - at - TRANSACTION_MS));
      await time.pass(5);
    }
    await time.pass(1000);
    expect(callers).toHaveLength(150);
    expect(Math.max(...callers)).toBeLessThanOrEqual(3 * PACE_MS + TRANSACTION_MS);
  });

  test('a burst begins at once, and its inputs beyond the batch limit follow a pace later', async () => {
    const { submit, time, store } = await paced({ batchLimit: 100 });
    const answers = Array.from({ length: 250 }, () => submit(MESSAGE));
    await time.pass(1000);
    await Promise.all(answers);
    expect(store.begun.map(({ at, inputs }) => [at, inputs.length])).toEqual([[0, 100], [30, 100], [60, 50]]);
  });

  test("no wait is so long that the lane's lease would run out", () => {
    expect(Array.from({ length: 1001 }, (_, paceMs) => patienceMs(paceMs)).every((ms) => ms <= 5000 / 3)).toBe(true);
  });

  test('closing the writer ends the wait', async () => {
    const { time, submit, writer } = await paced();
    const answers: Promise<number>[] = [];
    for (let n = 0; n < 100; n += 1) {
      answers.push(submit(MESSAGE));
      await time.pass(10);
    }
    const waiting = writer.waiting;
    expect(waiting).toBeGreaterThan(0);
    const closed = writer.close();
    await time.pass(2 * TRANSACTION_MS);
    await closed;
    await Promise.all(answers);
  });

  test('a writer that gives up during a wait ends', async () => {
    const { time, submit, writer, store } = await paced();
    const answers: Promise<unknown>[] = [];
    for (let n = 0; n < 100; n += 1) {
      answers.push(submit(MESSAGE).catch(() => 'told'));
      await time.pass(10);
    }
    const { length } = store.begun;
    writer.giveUp();
    await time.pass(1000);
    await writer.stop();
    expect(await Promise.all(answers)).toContain('told');
    expect(store.begun).toHaveLength(length);
  });

  test('at any arrival times each input is settled once, in the order of its key, within the longest wait and two transactions', async () => {
    const arrival = fc.record({ apartMs: fc.constantFrom(0, 0, 1, 3, 10, 40, 300), isCaller: fc.boolean(), account: fc.constantFrom('a', 'b', 'c', 'd') });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 150 }), fc.integer({ min: 0, max: 60 }), fc.constantFrom(5, 500), async (arrivals, transactionMs, batchLimit) => {
        const { time, submit, waits } = await paced({ transactionMs, batchLimit });
        const totals = new Map<string, Promise<number>[]>();
        for (const { apartMs, isCaller, account } of arrivals) {
          const ofKey = totals.get(account) ?? [];
          totals.set(account, [...ofKey, submit(isCaller ? CALLER : MESSAGE, account)]);
          await time.pass(apartMs);
        }
        await time.pass(60_000);
        for (const ofKey of totals.values()) expect(await Promise.all(ofKey)).toEqual(ofKey.map((_, index) => index + 1));
        // With a limit of five, a queue of 150 takes its turns.
        const turns = batchLimit === 5 ? arrivals.length / 5 + 1 : 1;
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(patienceMs(PACE_MS) + turns * Math.max(PACE_MS, transactionMs));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
