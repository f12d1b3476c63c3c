import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type ClockWatch, clockWatch } from '../../src/engine/engine.ts';
import { newId } from '../../src/ids.ts';
import type { WriterStore } from '../../src/engine/writer/writer-store.ts';
import { Writer } from '../../src/engine/writer/writer.ts';
import { until } from '../../src/testing/until.ts';
import { openSqliteToyStore, type OpenToyStore, type ToyCollections } from './writer/toy-store.ts';
import { deposit, type Toy } from './writer/toy-use-cases.ts';

const HOUR_MS = 3_600_000;

let toy: OpenToyStore;
let writer: Writer<Toy> | undefined;
/** Milliseconds by which the database's clock is ahead of ours. */
let shift: number;
let reported: string[];
beforeEach(async () => {
  toy = await openSqliteToyStore();
  shift = 0;
  reported = [];
});
afterEach(async () => {
  await writer?.close();
  await toy.dispose();
});

/** A database on a machine with another clock; `meanwhile` happens between its look at the clock and the decision. */
function elsewhere(meanwhile: () => Promise<void> = async () => undefined): WriterStore<Toy> {
  const { writing } = toy.store;
  return {
    ...writing,
    async takeLane(...asked) {
      const lane = await writing.takeLane(...asked);
      return lane && { ...lane, takenAt: lane.takenAt + shift };
    },
    async settle(lane, publishedSeq, leaseMs, batch) {
      const now = Date.now() + shift;
      await meanwhile();
      return writing.settle(lane, publishedSeq, leaseMs, { ...batch, decide: (world, _now, ...more) => batch.decide(world, now, ...more) });
    },
  };
}

async function watching(store: WriterStore<Toy>): Promise<ClockWatch<ToyCollections>> {
  const watch = clockWatch<ToyCollections>(store, (error, message) => void reported.push(`${message}: ${String(error)}`));
  writer = await Writer.open<Toy>({
    store: watch.writing,
    lane: 'one',
    leaseMs: 300,
    newId,
    paceMs: 0,
    runTask: () => undefined,
    report: () => undefined,
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
  });
  return watch;
}

test.each([
  ['ahead of', -HOUR_MS],
  ['behind', HOUR_MS],
])('at start a clock an hour %s its database\'s is found and reported with the remedy', async (how, by) => {
  shift = by;
  const watch = await watching(elsewhere());
  expect(() => watch.check()).toThrow(`this process's clock is 3600 s ${how} its database's: synchronise the clocks`);
  expect(Math.abs(watch.aheadMs() + by)).toBeLessThan(10_000);
  expect(reported[0]).toMatch(/^the clocks differ: .*NTP/);
});

test('a clock that goes wrong while the process runs is found, and is right again with the first transaction after the clocks agree', async () => {
  const watch = await watching(elsewhere());
  watch.check();
  shift = HOUR_MS;
  await until('it is found by an idle process', () => watch.aheadMs() < -HOUR_MS / 2);
  expect(() => watch.check()).toThrow();
  shift = 0;
  await until('it is over', () => watch.aheadMs() === 0);
  watch.check();
});

test('the duration of a transaction does not count as a clock difference', async () => {
  const watch = await watching(elsewhere(() => Bun.sleep(100)));
  await writer?.submit(deposit, { account: 'a', amount: 1 });
  expect(watch.aheadMs()).toBe(0);
});
