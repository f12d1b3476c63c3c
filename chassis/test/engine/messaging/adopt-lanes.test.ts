import { afterEach, beforeEach, expect, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { adoptLanes } from '../../../src/engine/messaging/relay.ts';
import { recordedLog, type RecordedLog } from '../../../src/testing/recorded-log.ts';
import { until } from '../../../src/testing/until.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import { openSqliteToyStore, type OpenToyStore } from '../writer/toy-store.ts';
import { deposit, type Toy } from '../writer/toy-use-cases.ts';

/** The process's own; a lease that has run out was shorter. */
const LEASE_MS = 60_000;

let toy: OpenToyStore;
let log: RecordedLog;
beforeEach(async () => {
  toy = await openSqliteToyStore();
  log = recordedLog();
});
afterEach(() => toy.dispose());

/** The lane of a killed process, with one event that was not sent; its lease lasts so long. */
async function laneWithEvent(lane: string, account: string, leaseMs: number): Promise<void> {
  const writer = await Writer.open<Toy>({
    store: toy.store.writing,
    lane,
    newId,
    leaseMs,
    paceMs: 0,
    runTask: () => undefined,
    report: () => undefined,
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
  });
  await writer.submit(deposit, { account, amount: 1 });
  await writer.stop();
}

async function adopt(ownLane: string): Promise<void> {
  const never = () => Promise.reject(new Error('this log takes everything'));
  await adoptLanes<Toy>({ service: 'user', store: toy.store.writing, log, ownLane, leaseMs: LEASE_MS, newId, setAside: never, report: () => undefined });
}

test('a process adopts abandoned lanes, but neither its own lane nor one whose process is alive', async () => {
  await laneWithEvent('mine', 'a', 1);
  await laneWithEvent('gone', 'b', 1);
  await laneWithEvent('alive', 'c', LEASE_MS);
  // A lane that is stopped for a moment, by a pause or a slow disk, has run out as well: its own process takes it back.
  await until('both leases have run out', async () => (await toy.store.writing.abandonedLanes(LEASE_MS)).length === 2);
  const mine = await toy.store.writing.readLane('mine');
  await adopt('mine');
  expect(log.sent.map(({ key }) => key)).toEqual(['b']);
  expect(await toy.store.writing.readLane('mine')).toEqual(mine);
  const lanes = (await toy.store.messages.lanes()).map(({ lane, publishedSeq }) => [lane, publishedSeq]);
  expect(lanes).toEqual([['alive', 0], ['gone', 1], ['mine', 0]]);
});

test('an adopted lane that is sent is not adopted again, and its process takes it back with all its events', async () => {
  await laneWithEvent('gone', 'b', 1);
  await until('its lease has run out', async () => (await toy.store.writing.abandonedLanes(LEASE_MS)).length === 1);
  await adopt('mine');
  await adopt('mine');
  expect(log.sent).toHaveLength(1);
  // At once: what was adopted is let go without a lease.
  const back = await toy.store.writing.takeLane('gone', newId(), { leftMs: 0, leaseMs: 5000 });
  expect(back).toMatchObject({ lastSeq: 1, publishedSeq: 1, epoch: 3 });
});

test("a lane is adopted although its lease ends in an hour, because the database's clock was set back", async () => {
  await laneWithEvent('gone', 'b', 3_600_000);
  await adopt('mine');
  expect(log.sent.map(({ key }) => key)).toEqual(['b']);
});

test('only one of two processes that find the same lane takes it', async () => {
  await laneWithEvent('gone', 'b', 1);
  await until('its lease has run out', async () => (await toy.store.writing.abandonedLanes(LEASE_MS)).length === 1);
  await Promise.all([adopt('mine'), adopt('hers')]);
  expect(log.sent.map(({ key }) => key)).toEqual(['b']);
});

test('an owner that comes back meanwhile keeps its lane, and the other lanes are adopted all the same', async () => {
  await laneWithEvent('awake', 'a', 1);
  await laneWithEvent('gone', 'b', 1);
  await until('both leases have run out', async () => (await toy.store.writing.abandonedLanes(LEASE_MS)).length === 2);
  const { send } = log;
  log.send = async (messages) => {
    // Whoever was frozen takes its lane back, also from one that is just emptying it.
    if (messages.some(({ key }) => key === 'a')) await toy.store.writing.takeLane('awake', newId(), { leftMs: Infinity, leaseMs: LEASE_MS });
    await send(messages);
  };
  await adopt('mine');
  expect(log.sent.map(({ key }) => key).toSorted()).toEqual(['a', 'b']);
  const lanes = (await toy.store.messages.lanes()).map(({ lane, publishedSeq, leaseExpired }) => [lane, publishedSeq, leaseExpired]);
  expect(lanes).toEqual([['awake', 0, false], ['gone', 1, true]]);
});
