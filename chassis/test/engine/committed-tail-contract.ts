import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { StreamCommitted } from '@souk/contracts/http/ops';
import { newId } from '../../src/ids.ts';
import { positionOf } from '../../src/engine/committed-position.ts';
import type { CommittedReads } from '../../src/engine/committed-tail.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Principal } from '../../src/web/sign-in/principal.ts';
import { CommittedStreams } from '../../src/service/committed-stream.ts';
import { type ReadEvents, readEvents } from '../../src/testing/read-events.ts';
import { recordedLog } from '../../src/testing/recorded-log.ts';
import { until } from '../../src/testing/until.ts';
import type { UseCase } from '../../src/engine/writer/use-case.ts';
import type { OpenToyStore, ToyCollections, ToyStore } from './writer/toy-store.ts';
import { deposit, tell, type Toy } from './writer/toy-use-cases.ts';

const LOSSES = 20;

const move: UseCase<Toy, { readonly account: string; readonly version: number }, void> = {
  name: 'move',
  keys: () => ({}),
  decide: ({ account, version }) => {
    const context = { from: 'placed', to: 'cancelled', reason: 'Ada asked for it', cause: { name: 'cancellation', note: 'for Ada' } };
    return { answer: undefined, events: [{ note: 'moved', key: account, stream: `moves of ${account}`, version, context }] };
  },
};

/** Readers follow what a service commits, with every store. */
export function describeCommittedTail(engine: string, open: () => Promise<OpenToyStore>): void {
  describe(`what is committed, on ${engine}`, () => {
    let opened: OpenToyStore;
    let running: Engine<ToyCollections>[];
    let streams: CommittedStreams[];
    let readings: ReadEvents[];
    let reads: string[];

    beforeEach(async () => {
      opened = await open();
      [running, streams, readings, reads] = [[], [], [], []];
    });
    afterEach(async () => {
      for (const each of streams) await each.close();
      for (const service of running) await service.close();
      await opened.dispose();
    });

    /** A process of the service, with its streams. */
    async function started(instance: string, through: ToyStore = opened.store) {
      const store = { ...through, committed: recording(through.committed) };
      const service = createEngine<ToyCollections>({ name: 'user', instance, store, log: recordedLog(), handlers: {}, paceMs: 0, report: () => undefined });
      await service.start();
      running.push(service);
      const stream = new CommittedStreams({ service: 'user', tail: service.committed, hasEnded: service.hasEnded, report: (error) => expect(error).toBeUndefined() });
      streams.push(stream);
      return { service, stream };
    }

    function recording(from: CommittedReads): CommittedReads {
      return {
        ...from,
        ends: () => {
          reads.push('ends');
          return from.ends();
        },
        after: (lane, seq, limit) => {
          reads.push(`${lane} after ${seq}`);
          return from.after(lane, seq, limit);
        },
      };
    }

    async function read(stream: CommittedStreams, lastEventId?: string): Promise<ReadEvents> {
      const reading = readEvents(await stream.open({ principal: principal(), address: '192.0.2.1', lastEventId }));
      readings.push(reading);
      await until('it is open', () => reading.events.length > 0);
      return reading;
    }

    test('is told in the order of each lane, each entry once, whichever process commits it', async () => {
      const [one, two] = [await started('one'), await started('two', opened.again())];
      await one.service.execute(deposit, { account: 'before', amount: 1 });
      const reading = await read(one.stream);
      expect(reading.events[0]).toMatchObject({ name: 'open', data: { service: 'user', missed: false } });
      for (let round = 1; round <= 20; round += 1) {
        await Promise.all([one, two].map(({ service }, at) => service.execute(deposit, { account: `a${at}`, amount: 1 })));
      }
      await until('all are told', () => entriesOf(reading).length === 40);
      for (const lane of ['one', 'two']) {
        const first = lane === 'one' ? 2 : 1;
        expect(entriesOf(reading).filter((entry) => entry.lane === lane).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, at) => first + at));
      }
      expect(positionOf(reading.lastId)).toEqual(new Map([['one', 21], ['two', 20]]));
    }, 20_000);

    test('tells of a move in words, and of nothing that a person wrote', async () => {
      const { service, stream } = await started('one');
      const reading = await read(stream);
      await service.execute(move, { account: 'a', version: 1 });
      await until('it is told', () => entriesOf(reading).length === 1);
      expect(entriesOf(reading)).toMatchObject([{ lane: 'one', seq: 1, name: 'moved', published: false, key: 'a', stream: 'moves of a', version: 1, from: 'placed', to: 'cancelled', reason: null }]);
      expect(reading.text).not.toContain('Ada');
    });

    test('is missed by nobody and told twice to nobody over 20 losses, with two processes that commit all the while', async () => {
      const [one, two] = [await started('one'), await started('two', opened.again())];
      const over = new AbortController();
      let done = 0;
      const commit = async ({ service }: typeof one, account: string): Promise<void> => {
        while (!over.signal.aborted) {
          await service.execute(deposit, { account, amount: 1 });
          done += 1;
          // Well below what readers are told of in a second.
          await Bun.sleep(10);
        }
      };
      const committing = Promise.all([one, two].map((each, at) => commit(each, `a${at}`)));
      const seen: string[] = [];
      let lastEventId: string | undefined;
      for (let loss = 0; loss <= LOSSES; loss += 1) {
        // Each time at the other process.
        const reading = await read((loss % 2 === 0 ? one : two).stream, lastEventId);
        const goal = done + 2;
        await until('something is committed', () => done >= goal);
        if (loss === LOSSES) {
          over.abort();
          await committing;
          await until('the last is told', () => (positionOf(reading.lastId)?.get('one') ?? 0) + (positionOf(reading.lastId)?.get('two') ?? 0) === done);
        }
        await reading.leave();
        expect(reading.events[0]?.data).toMatchObject({ missed: false });
        seen.push(...entriesOf(reading).map(({ lane, seq }) => `${lane} ${seq}`));
        lastEventId = reading.lastId;
        const goalWithout = done + 2;
        await until('more is committed while nobody reads', () => over.signal.aborted || done >= goalWithout);
      }
      const ends = await opened.store.committed.ends();
      const all = ends.flatMap(({ lane, lastSeq }) => Array.from({ length: lastSeq }, (_, at) => `${lane} ${at + 1}`));
      expect(all.length).toBeGreaterThan(60);
      expect({ missed: all.filter((entry) => !seen.includes(entry)), doubled: seen.filter((entry, at) => seen.indexOf(entry) !== at) }).toEqual({ missed: [], doubled: [] });
    }, 60_000);

    test('includes a lane that appears while somebody reads, from its beginning', async () => {
      const one = await started('one');
      const reading = await read(one.stream);
      const fresh = await started('new, and: odd', opened.again());
      await fresh.service.execute(deposit, { account: 'a', amount: 1 });
      await until('it is told', () => entriesOf(reading).length === 1);
      await reading.leave();
      await fresh.service.execute(deposit, { account: 'a', amount: 1 });
      const again = await read(one.stream, reading.lastId);
      await until('the next is told', () => entriesOf(again).length === 1);
      expect([reading, again].flatMap(entriesOf).map(({ lane, seq }) => [lane, seq])).toEqual([['new, and: odd', 1], ['new, and: odd', 2]]);
      expect(reading.lastId).not.toMatch(/[;= ]/);
    });

    test('includes what another process commits in a lane that it has taken over', async () => {
      const one = await started('one');
      const reading = await read(one.stream);
      await one.service.execute(deposit, { account: 'a', amount: 1 });
      const other = opened.again();
      const taken = await other.writing.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 100 });
      if (taken === undefined) throw new Error('the lane is taken, whoever has it');
      const event = { lane: 'one', id: newId(), type: 'user.registered', published: true, key: 'a', stream: 'b', version: 1, at: 0, correlationId: 'a', causationId: null, traceparent: null, data: '{}', context: {} };
      const batch = { keys: {}, moreKeys: () => ({}), decide: (_world: unknown, _now: number, lastSeq: number) => ({ inserts: {}, updates: {}, removes: {}, events: [{ ...event, seq: lastSeq + 1 }] }) };
      await other.writing.settle(taken, 0, 0, batch);
      await one.service.execute(deposit, { account: 'a', amount: 1 });
      await until('all three are told', () => entriesOf(reading).length === 3);
      expect(entriesOf(reading).map(({ seq, stream }) => [seq, stream])).toEqual([[1, 'a'], [2, 'b'], [3, 'a']]);
    }, 20_000);

    test('is counted beyond 500 entries at once, and sent again after a loss', async () => {
      const { service, stream } = await started('one');
      const reading = await read(stream);
      const before = reading.lastId;
      await Promise.all(Array.from({ length: 900 }, (_, at) => service.execute(deposit, { account: `a${at}`, amount: 1 })));
      await until('all are told or counted', () => entriesOf(reading).length + skippedOf(reading) === 900);
      expect(skippedOf(reading)).toBeGreaterThan(100);
      expect(Math.max(...committedOf(reading).map(({ entries }) => entries.length))).toBe(100);
      expect(reading.lastId).toBe('one:900');
      await reading.leave();
      const again = await read(stream, before);
      await until('all are sent', () => entriesOf(again).length === 900);
      expect([again.lastId, skippedOf(again), entriesOf(again).map(({ seq }) => seq)]).toEqual(['one:900', 0, Array.from({ length: 900 }, (_, at) => at + 1)]);
    }, 30_000);

    test('begins now after what is no position, and says so', async () => {
      const { service, stream } = await started('one');
      await service.execute(deposit, { account: 'a', amount: 1 });
      for (const lastEventId of ['nonsense', '', 'one', 'one:0', 'one:-1', 'one:1,one:1', 'one:1;two:2', '%:1', 'one:99', 'gone:1', 'one:9007199254740993']) {
        const reading = await read(stream, lastEventId);
        expect([lastEventId, reading.events[0]]).toMatchObject([lastEventId, { name: 'open', id: 'one:1', data: { missed: true } }]);
        await reading.leave();
      }
      const reading = await read(stream, 'nonsense');
      await service.execute(deposit, { account: 'a', amount: 1 });
      await until('the next is told', () => entriesOf(reading).length === 1);
      expect(entriesOf(reading)).toMatchObject([{ seq: 2 }]);
    });

    test('has a position before anything was committed', async () => {
      const { service, stream } = await started('one');
      const first = await read(stream);
      await first.leave();
      await service.execute(deposit, { account: 'a', amount: 1 });
      const again = await read(stream, first.lastId);
      await until('it is told', () => entriesOf(again).length === 1);
      expect(again.events[0]?.data).toMatchObject({ missed: false });
    });

    test('is found by its history, part by part, and what was meant for the log apart from it', async () => {
      const { service } = await started('one');
      const large = 1024 * 1024;
      for (const bytes of [large / 2, large / 2, large / 2, 10]) await service.submit(tell, { account: 'a', bytes });
      await service.execute(move, { account: 'a', version: 1 });
      const { history, published } = opened.store.committed;
      const versions = (events: readonly { readonly version: number }[]) => events.map(({ version }) => version);
      const first = await history('a', 0, 3);
      expect([versions(first.events), first.more]).toEqual([[1, 2, 3], true]);
      const last = await history('a', 3, 3);
      expect([versions(last.events), last.more]).toEqual([[4], false]);
      expect(last.events).toMatchObject([{ lane: 'one', type: 'user.updated', published: true, data: expect.stringContaining('xxxxxxxxxx') }]);
      expect(versions(await published('a', 3))).toEqual([2, 3, 4]);
      expect(versions(await published('moves of a', 3))).toEqual([]);
      expect(await history('nobody', 0, 3)).toEqual({ events: [], more: false });
      for (let more = 0; more < 3; more += 1) await service.submit(tell, { account: 'b', bytes: large });
      const fitting = await history('b', 0, 10);
      expect([versions(fitting.events), fitting.more]).toEqual([[1], true]);
    }, 20_000);

    test('is read once for ten readers, and not at all for none', async () => {
      const [one, two] = [await started('one'), await started('two', opened.again())];
      await Promise.all([one, two].map(({ service }) => service.execute(deposit, { account: newId(), amount: 1 })));
      expect(reads).toEqual([]);
      const ten = await Promise.all(Array.from({ length: 10 }, () => read(one.stream)));
      await two.service.execute(deposit, { account: 'a', amount: 1 });
      await until('all have it', () => ten.every((reading) => entriesOf(reading).length === 1));
      expect(reads.filter((each) => each !== 'ends')).toEqual(['two after 1']);
      for (const reading of ten) await reading.leave();
      const before = reads.length;
      // Longer than from one look to the next.
      await Bun.sleep(600);
      expect(reads.length).toBe(before);
    });
  });
}

function principal(): Principal {
  return { userId: newId(), sessionId: newId(), roles: ['staff'], generation: 1 };
}

function committedOf({ events }: ReadEvents): StreamCommitted[] {
  return events.flatMap(({ name, data }) => (name === 'committed' ? [data as StreamCommitted] : []));
}

const entriesOf = (reading: ReadEvents) => committedOf(reading).flatMap(({ entries }) => entries);
const skippedOf = (reading: ReadEvents) => committedOf(reading).reduce((sum, { skipped }) => sum + skipped, 0);
