import { expect, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { Relay } from '../../../src/engine/messaging/relay.ts';
import { recordedLog } from '../../../src/testing/recorded-log.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import { handTime, type HandTime } from '../../hand-time.ts';
import { memoryStore, type MemoryStore } from '../writer/memory-store.ts';
import { deposit, type Toy } from '../writer/toy-use-cases.ts';

const PACE_MS = 30;
const TRANSACTION_MS = 6;
/** From a send to the consumer's writer. */
const DELIVERY_MS = 5;
const GATEWAY_MS = 5;

type Name = 'order' | 'inventory' | 'payment';

/** An order's way through the services: who takes each step, and how it gets there. */
const STEPS: readonly { readonly by: Name; readonly through: 'caller' | 'log' | 'task' }[] = [
  { by: 'order', through: 'caller' },
  { by: 'inventory', through: 'log' },
  { by: 'order', through: 'log' },
  { by: 'payment', through: 'log' },
  { by: 'payment', through: 'task' },
  { by: 'order', through: 'log' },
  { by: 'inventory', through: 'log' },
];
const COMPLETED = 5;

interface Service {
  readonly writer: Writer<Toy>;
  readonly store: MemoryStore;
}

async function openService(time: HandTime, arrived: (key: string) => void, sent: () => void): Promise<Service> {
  const log = recordedLog();
  const report = (error: unknown): never => {
    throw error;
  };
  const store = memoryStore(time, TRANSACTION_MS);
  const writer = await Writer.open<Toy>({
    store, time, newId, report, paceMs: PACE_MS, lane: 'one', leaseMs: 3_600_000,
    runTask: () => undefined,
    outbox: () =>
      new Relay({
        service: 'user', lane: 'one', publishedSeq: 0, lastSeq: 0, time, report, paceMs: PACE_MS,
        readEvents: () => Promise.reject(new Error('everything is in memory')),
        setAside: () => Promise.reject(new Error('this log takes everything')),
        log: {
          ...log,
          async send(messages) {
            sent();
            time.after(DELIVERY_MS, () => messages.forEach(({ key }) => arrived(key)));
          },
        },
      }),
  });
  return { writer, store };
}

/** The 99th percentile. */
const longestOf99 = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Infinity;

/** Plays so many orders at this rate, evenly; answers how long they took and, for each, what they cost. */
async function play(rate: number, count: number) {
  const time = handTime();
  const placedAt: number[] = [];
  const answered: number[] = [];
  const completed: number[] = [];
  let sends = 0;

  async function take(order: number, step: number): Promise<void> {
    const now = STEPS[step];
    if (now === undefined) return;
    const options = now.through === 'caller' ? { limitMs: 10_000 } : {};
    await services[now.by].writer.submit(deposit, { account: `${order} ${step}`, amount: 1 }, options);
    const ms = time.now() - (placedAt[order] ?? 0);
    if (step === 0) answered.push(ms);
    if (step === COMPLETED) completed.push(ms);
    if (STEPS[step + 1]?.through === 'task') time.after(GATEWAY_MS, () => void take(order, step + 1));
  }
  function arrived(key: string): void {
    const [order = 0, step = 0] = key.split(' ').map(Number);
    if (STEPS[step + 1]?.through === 'log') void take(order, step + 1);
  }
  const open = (): Promise<Service> => openService(time, arrived, () => (sends += 1));
  const services: Record<Name, Service> = { order: await open(), inventory: await open(), payment: await open() };
  for (let order = 0; order < count; order += 1) {
    placedAt[order] = time.now();
    void take(order, 0);
    await time.pass(1000 / rate);
  }
  await time.pass(5000);
  const transactions = Object.values(services).reduce((sum, { store }) => sum + store.begun.length, 0);
  return {
    ended: completed.length,
    answeredMs: longestOf99(answered),
    completedMs: longestOf99(completed),
    transactions: transactions / count,
    sends: sends / count,
  };
}

test('a single order waits for nothing and shares no transaction', async () => {
  const { ended, completedMs, transactions, sends } = await play(1, 20);
  expect(ended).toBe(20);
  // Its second step in a service comes within a pace of the first one.
  expect(completedMs).toBeLessThanOrEqual(4 * TRANSACTION_MS + 3 * DELIVERY_MS + GATEWAY_MS + 2 * PACE_MS);
  expect([transactions, sends]).toEqual([7, 7]);
});

test.each([
  [50, 1000, 0.45, 0.4, 1100, 3 * PACE_MS],
  [500, 3000, 0.13, 0.1, 500, PACE_MS],
  [1000, 4000, 0.08, 0.08, 300, PACE_MS],
])('%d orders a second share transactions and sends, and all are completed in time', async (rate, count, transactionsAtMost, sendsAtMost, withinMs, answeredWithinMs) => {
  const { ended, answeredMs, completedMs, transactions, sends } = await play(rate, count);
  expect(ended).toBe(count);
  expect(transactions).toBeLessThanOrEqual(transactionsAtMost);
  expect(sends).toBeLessThanOrEqual(sendsAtMost);
  expect(answeredMs).toBeLessThanOrEqual(answeredWithinMs + 2 * TRANSACTION_MS);
  expect(completedMs).toBeLessThanOrEqual(withinMs);
});
