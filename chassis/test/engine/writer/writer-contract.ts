import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { newId } from '../../../src/ids.ts';
import { StorageError } from '../../../src/storage-error.ts';
import { EventTooLargeError, OverloadedError, WriterClosedError } from '../../../src/input-errors.ts';
import { until } from '../../../src/testing/until.ts';
import { once } from '../../../src/engine/writer/once.ts';
import { Writer, type WriterOptions } from '../../../src/engine/writer/writer.ts';
import { LaneInUseError, LaneLostError, type StoredEvent } from '../../../src/engine/writer/writer-store.ts';
import { failingFirst, holding, losingCommitAnswers, losingCommits, silentLane } from './failing-stores.ts';
import type { OpenToyStore, ToyStore } from './toy-store.ts';
import { deposit, type Toy } from './toy-use-cases.ts';

/** The writer and a store for it: what both together promise, on any engine. */
export function describeWriterStore(engine: string, open: () => Promise<OpenToyStore>): void {
  describe(`the writer on ${engine}`, () => {
    let opened: OpenToyStore;
    let store: ToyStore;
    const writers: Writer<Toy>[] = [];

    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(async () => {
      for (const writer of writers.splice(0)) await writer.close();
      await opened.dispose();
    });

    async function openWriter(options: Partial<WriterOptions<Toy, never>> = {}): Promise<{ writer: Writer<Toy>; events: StoredEvent[] }> {
      const events: StoredEvent[] = [];
      const writer = await Writer.open<Toy>({
        store: store.writing,
        lane: 'one',
        newId,
        paceMs: 0,
        runTask: () => undefined,
        report: () => undefined,
        outbox: () => ({ offer: (committed) => events.push(...committed), publishedSeq: 0 }),
        ...options,
      });
      writers.push(writer);
      return { writer, events };
    }

    test('many inputs of one entity in one batch see each other', async () => {
      const { writer } = await openWriter();
      const totals = await Promise.all([1, 2, 3, 4].map((amount) => writer.submit(deposit, { account: 'a', amount })));
      expect(totals).toEqual([1, 3, 6, 10]);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 10, version: 4 }]);
      expect(await store.entries()).toHaveLength(4);
    });

    test('an input whose decision throws fails alone', async () => {
      const { writer, events } = await openWriter();
      const results = await Promise.allSettled([5, 13, 7].map((amount) => writer.submit(deposit, { account: 'a', amount })));
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 12, version: 2 }]);
      expect(events.map((event) => event.version)).toEqual([1, 2]);
    });

    test('an input whose event is too large for the log fails alone and leaves nothing, unless it has no caller', async () => {
      const refuseUnsendable = ({ type, data }: StoredEvent) => {
        if (data.includes('large')) throw new EventTooLargeError(type, data.length, 10);
      };
      const { writer, events } = await openWriter({ refuseUnsendable });
      const submit = (account: string, mustSettle = false) => writer.submit(deposit, { account, amount: 1 }, { mustSettle });
      const results = await Promise.allSettled([submit('a'), submit('large'), submit('b'), submit('large deadline', true)]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { code: 'event-too-large', limit: 10 } });
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['a', 'b', 'large deadline']);
      expect(events.map(({ seq, key }) => [seq, key])).toEqual([[1, 'a'], [2, 'b'], [3, 'large deadline']]);
      expect(await store.writing.readEvents('one', 0, 10)).toEqual(events);
    });

    test('a callback that throws breaks nothing: callers are answered, nothing is applied twice, and the writer goes on', async () => {
      const broken = () => {
        throw new Error('the disk of the log is full');
      };
      const outbox = () => ({ offer: broken, publishedSeq: 0 });
      const failing = failingFirst(losingCommits(store.writing, 1), 2, 'connection');
      const { writer } = await openWriter({ store: failing, report: broken, batchSettled: broken, runTask: broken, outbox });
      const asking = { ...deposit, decide: (...asked: Parameters<typeof deposit.decide>) => ({ ...deposit.decide(...asked), tasks: ['charge'] }) };
      const submit = (amount: number) => writer.submit(asking as unknown as typeof deposit, { account: 'a', amount });
      const first = await Promise.allSettled([submit(1), submit(13), submit(2)]);
      expect(first).toMatchObject([{ value: 1 }, { status: 'rejected', reason: { message: 'thirteen is not an amount' } }, { value: 3 }]);
      expect(await submit(4)).toBe(7);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 7, version: 3 }]);
      expect(await store.entries()).toHaveLength(3);
      expect(writer.standsStillMs).toBe(0);
    });

    test('a writer shows how long it has stood still while an input waits; an idle one shows 0', async () => {
      const { promise: goOn, resolve } = Promise.withResolvers<void>();
      let hanging = true;
      const settle: typeof store.writing.settle = async (...asked) => {
        if (hanging) await goOn;
        return store.writing.settle(...asked);
      };
      const { writer } = await openWriter({ store: { ...store.writing, settle } });
      expect(writer.standsStillMs).toBe(0);
      const answer = writer.submit(deposit, { account: 'a', amount: 1 });
      await until('it stands still', () => writer.standsStillMs > 20);
      hanging = false;
      resolve();
      expect(await answer).toBe(1);
      await until('it goes on', () => writer.standsStillMs === 0);
    });

    test('an input that cannot name its keys, or removes an entity it did not name, fails alone and leaves nothing', async () => {
      const { writer } = await openWriter();
      const lost = () => {
        throw new Error('no keys');
      };
      const careless: typeof deposit = {
        ...deposit,
        decide: (value, world, context) => ({ ...deposit.decide(value, world, context), removes: { accounts: ['unnamed'] } }),
      };
      const results = await Promise.allSettled([
        writer.submit(deposit, { account: 'a', amount: 1 }),
        writer.submit({ ...deposit, keys: lost }, { account: 'a', amount: 2 }),
        writer.submit({ ...deposit, moreKeys: lost }, { account: 'a', amount: 4 }),
        writer.submit(careless, { account: 'a', amount: 8 }),
        writer.submit(deposit, { account: 'a', amount: 16 }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 17, version: 2 }]);
    });

    test('the one input in a hundred whose save the database refuses is found', async () => {
      const { writer } = await openWriter();
      const amounts = Array.from({ length: 100 }, (_, i) => (i === 57 ? -1 : 1));
      const results = await Promise.allSettled(
        amounts.map((amount, i) => writer.submit(deposit, { account: `account-${i}`, amount })),
      );
      const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [{ i, error: result.reason as unknown }] : []));
      expect(failed).toEqual([{ i: 57, error: expect.objectContaining({ code: 'check' }) }]);
      expect(await store.accounts()).toHaveLength(99);
      expect(await store.entries()).toHaveLength(99);
    });

    test('events are numbered without gaps in the order of their commits and handed on after the commit', async () => {
      const { writer, events } = await openWriter({ batchLimit: 3 });
      await Promise.all(Array.from({ length: 10 }, (_, i) => writer.submit(deposit, { account: `a${i}`, amount: 1 })));
      expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const stored = await store.writing.readEvents('one', 0, 100);
      expect(stored).toEqual(events);
    });

    test('a cause is copied onto the events it leads to', async () => {
      const { writer, events } = await openWriter();
      const cause = { correlationId: 'order-1', causationId: 'message-1', traceparent: null };
      await writer.submit(deposit, { account: 'a', amount: 1 }, { cause });
      expect(events[0]).toMatchObject({ ...cause, key: 'a', stream: 'a' });
    });

    test('a decision knows its cause and can give its events another one', async () => {
      const { writer, events } = await openWriter();
      const [asked, began] = ['asked', 'began'].map((causationId) => ({ causationId, traceparent: null }));
      let known: unknown;
      const ended: typeof deposit = {
        ...deposit,
        decide(value, world, context) {
          known = context.cause;
          return { ...deposit.decide(value, world, context), ...(began && { cause: began }) };
        },
      };
      const options = asked && { cause: asked };
      await Promise.all([writer.submit(ended, { account: 'a', amount: 1 }, options), writer.submit(deposit, { account: 'a', amount: 1 }, options)]);
      expect(known).toEqual(asked);
      expect(events.map(({ causationId }) => causationId)).toEqual(['began', 'asked']);
    });

    test('a history is read in the order of versions', async () => {
      const { writer } = await openWriter();
      await Promise.all([1, 1, 1].map((amount) => writer.submit(deposit, { account: 'a', amount })));
      await writer.submit(deposit, { account: 'b', amount: 1 });
      expect((await store.writing.readStream('a')).map((event) => event.version)).toEqual([1, 2, 3]);
    });

    test('the same instance continues its lane with a higher epoch', async () => {
      const first = await openWriter();
      await first.writer.submit(deposit, { account: 'a', amount: 1 });
      await first.writer.close();
      const second = await openWriter();
      expect(second.writer.lane.epoch).toBe(first.writer.lane.epoch + 1);
      await second.writer.submit(deposit, { account: 'a', amount: 1 });
      expect(second.events[0]?.seq).toBe(2);
    });

    test('a writer that lost its lane cannot write with the old epoch; it takes the lane back, and nothing is lost or doubled', async () => {
      const { writer } = await openWriter();
      await writer.submit(deposit, { account: 'a', amount: 1 });
      const old = writer.lane;
      await store.writing.takeLane('one', 'somebody else', { leftMs: Infinity, leaseMs: 300 });
      const empty = { keys: {}, moreKeys: () => ({}), decide: () => ({ inserts: {}, updates: {}, removes: {}, events: [] }) };
      expect(await failureOf(store.writing.settle(old, 0, 5000, empty))).toBeInstanceOf(LaneLostError);
      expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(2);
      expect(writer.lane.epoch).toBe(old.epoch + 2);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 2, version: 2 }]);
    });

    test('an old epoch can write nothing, even if the same process took the lane again', async () => {
      const take = () => store.writing.takeLane('one', 'me', { leftMs: Infinity, leaseMs: 5000 });
      const [old, now] = [await take(), await take()];
      if (old === undefined || now === undefined) throw new Error('no lane');
      const empty = { keys: {}, moreKeys: () => ({}), decide: () => ({ inserts: {}, updates: {}, removes: {}, events: [] }) };
      expect(await failureOf(store.writing.settle(old, 0, 5000, empty))).toBeInstanceOf(LaneLostError);
      expect(await store.writing.settle(now, 0, 5000, empty)).toMatchObject({ epoch: now.epoch, transactions: 1 });
    });

    describe('of two processes with one name', () => {
      const shared = () => ({ ...store.writing, isShared: true });
      const takeBy = (owner: string, leftMs: number, leaseMs: number) => opened.again().writing.takeLane('one', owner, { leftMs, leaseMs });

      test('the second is refused while the first is alive, and the first goes on undisturbed', async () => {
        const { writer } = await openWriter({ store: shared() });
        const second = await failureOf(openWriter({ store: { ...opened.again().writing, isShared: true } }));
        expect(second).toBeInstanceOf(LaneInUseError);
        expect(String(second)).toContain('INSTANCE');
        expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(1);
        expect(writer.lane.epoch).toBe(1);
      }, 30_000);

      test('only one starts when both come at once under a new name', async () => {
        const both = await Promise.allSettled([opened.store, opened.again()].map(({ writing }) => openWriter({ store: { ...writing, isShared: true } })));
        expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'lane-in-use' } });
      }, 30_000);

      test('the second starts at once if the first has stopped, and after a missed renewal of the lease if it was killed', async () => {
        const { writer } = await openWriter({ store: shared(), leaseMs: 60_000 });
        await writer.close();
        expect(await takeBy('the next', 0, 60_000)).toMatchObject({ epoch: 2 });
        await takeBy('it is killed', Infinity, 2000);
        const startedAt = performance.now();
        const { writer: second } = await openWriter({ store: shared(), leaseMs: 2000 });
        expect(performance.now() - startedAt).toBeGreaterThan(800);
        expect(second.lane.epoch).toBe(4);
      }, 30_000);

      test('a late commit of a killed process is no sign of life', async () => {
        const killed = await takeBy('killed', Infinity, 1000);
        if (killed === undefined) throw new Error('the lane is new');
        let looks = 0;
        const base = shared();
        const late: typeof base = {
          ...base,
          async readLane(name) {
            looks += 1;
            const row = await base.readLane(name);
            return row && looks > 1 ? { ...row, transactions: row.transactions + 1 } : row;
          },
        };
        const { writer } = await openWriter({ store: late, leaseMs: 1000 });
        expect(writer.lane.epoch).toBe(2);
      }, 30_000);

      test('a process that finds its lane with the other one, alive, ends: it refuses waiting inputs and does not take the lane back', async () => {
        const { writer } = await openWriter({ store: shared() });
        await writer.submit(deposit, { account: 'a', amount: 1 });
        const { writer: twin } = await openWriter({ store: { ...opened.again().writing, isShared: false } });
        const waiting = [1, 2].map(() => failureOf(writer.submit(deposit, { account: 'a', amount: 1 })));
        expect(await writer.lost).toBeInstanceOf(LaneInUseError);
        expect(await Promise.all(waiting)).toEqual([expect.any(WriterClosedError), expect.any(WriterClosedError)]);
        expect(await failureOf(writer.submit(deposit, { account: 'a', amount: 1 }))).toBeInstanceOf(WriterClosedError);
        expect(writer.failure).toBeInstanceOf(LaneInUseError);
        await writer.close();
        expect(await twin.submit(deposit, { account: 'a', amount: 1 })).toBe(2);
        expect(twin.lane.epoch).toBe(2);
      }, 30_000);

      test('an adopter that is done or gone gives the lane back, and the process goes on', async () => {
        const retaken: number[] = [];
        const { writer } = await openWriter({ store: shared(), retaken: ({ epoch }) => void retaken.push(epoch) });
        for (const [how, leaseMs] of [['done', 5000], ['gone', 500]] as const) {
          const adopter = opened.again().writing;
          const adopted = await adopter.takeLane('one', how, { leftMs: Infinity, leaseMs });
          if (adopted === undefined) throw new Error('it was to be taken');
          const answer = writer.submit(deposit, { account: how, amount: 1 });
          await until('the writer has found out', () => writer.failure instanceof LaneLostError);
          const nothing = { keys: {}, moreKeys: () => ({}), decide: () => ({ inserts: {}, updates: {}, removes: {}, events: [] }) };
          if (how === 'done') await adopter.settle(adopted, 0, 0, nothing);
          expect(await answer).toBe(1);
        }
        expect(retaken).toEqual([3, 5]);
      }, 30_000);

      test("a lease that ends in an hour, because the database's clock was set back, keeps nobody out for longer than a lease", async () => {
        await takeBy('killed before', Infinity, 3_600_000);
        const { writer } = await openWriter({ store: shared(), leaseMs: 1000 });
        expect(writer.lane.epoch).toBe(2);
        await takeBy('an adopter that is gone', Infinity, 3_600_000);
        expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(1);
      }, 30_000);

      test('while the database is away the lane is not taken back, and no input fails for that', async () => {
        const { writer } = await openWriter({ store: silentLane(shared(), 3) });
        await takeBy('adopter', Infinity, 500);
        expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(1);
      }, 30_000);
    });

    test("a lane comes with the time of the database, as decisions do", async () => {
      const taken = await store.writing.takeLane('one', newId(), { leftMs: 0, leaseMs: 5000 });
      if (taken === undefined) throw new Error('the lane is new');
      let now = 0;
      const batch = {
        keys: {},
        moreKeys: () => ({}),
        decide(_world: unknown, at: number) {
          now = at;
          return { inserts: {}, updates: {}, removes: {}, events: [] };
        },
      };
      await store.writing.settle(taken, 0, 0, batch);
      expect(Math.abs(taken.takenAt - Date.now())).toBeLessThan(60_000);
      expect(now).toBeGreaterThanOrEqual(taken.takenAt);
      expect(now - taken.takenAt).toBeLessThan(60_000);
    });

    test("another owner's lane is taken only after its lease has run out", async () => {
      const take = (leaseMs: number) => store.writing.takeLane('theirs', newId(), { leftMs: 0, leaseMs });
      expect((await take(60_000))?.epoch).toBe(1);
      expect(await take(60_000)).toBeUndefined();
      await store.writing.takeLane('theirs', newId(), { leftMs: Infinity, leaseMs: -1 });
      expect((await take(60_000))?.epoch).toBe(3);
    });

    test('two writers on one database never lose an update', async () => {
      const { writer: one } = await openWriter({ batchLimit: 7 });
      const { writer: two } = await openWriter({ store: opened.again().writing, lane: 'two', batchLimit: 5 });
      const deposits = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? one : two).submit(deposit, { account: `a${i % 3}`, amount: 1 }));
      await Promise.all(deposits);
      const totals = (await store.accounts()).map((account) => account.total);
      expect(totals.reduce((sum, total) => sum + total, 0)).toBe(200);
    });

    test('fifty requests with one Idempotency-Key have one effect and one answer', async () => {
      const { writer } = await openWriter({ batchLimit: 20 });
      const render = (total: number) => ({ status: 201, headers: { location: '/x' }, body: JSON.stringify({ total }) });
      const request = { owner: 'user', scope: 'user POST /deposits', key: 'k', fingerprint: 'f', render };
      const submit = (fingerprint: string) => writer.submit(once(deposit, { ...request, fingerprint }), { account: 'a', amount: 1 });
      const answers = await Promise.all(Array.from({ length: 50 }, () => submit('f')));
      expect(answers.filter((answer) => answer.kind === 'fresh')).toHaveLength(1);
      expect(new Set(answers.map((answer) => JSON.stringify('answer' in answer ? answer.answer : null))).size).toBe(1);
      expect(await submit('another body')).toEqual({ kind: 'reused' });
      expect(await store.accounts()).toEqual([{ id: 'a', total: 1, version: 1 }]);
    });

    test('the answers of one user can be deleted, and no other\'s', async () => {
      const { writer } = await openWriter();
      const render = () => ({ status: 201, headers: {}, body: '7 Ospreymoor Lane' });
      const submit = (owner: string, key: string) =>
        writer.submit(once(deposit, { owner, scope: `${owner} POST /deposits`, key, fingerprint: 'f', render }), { account: 'a', amount: 1 });
      for (const key of ['k', 'l', 'm']) await submit('anna', key);
      await submit('ben', 'k');
      expect(await store.messages.forgetAnswersTo([], 10)).toBe(0);
      expect(await store.messages.forgetAnswersTo(['anna', 'carl'], 2)).toBe(2);
      expect(await store.messages.forgetAnswersTo(['anna', 'carl'], 2)).toBe(1);
      expect(await submit('ben', 'k')).toMatchObject({ kind: 'replayed' });
      expect(await submit('anna', 'k')).toEqual({ kind: 'forgotten' });
      expect(await submit('carl', 'k')).toMatchObject({ kind: 'fresh' });
    });

    test('a change waits for one round of a clean-up at most, however many rounds are due', async () => {
      const { writer } = await openWriter();
      await writer.submit(deposit, { account: 'a', amount: 1 });
      let ended = 0;
      const rounds = Array.from({ length: 100 }, async () => {
        await store.messages.forgetAnswersTo(['anna'], 10);
        ended += 1;
      });
      let endedBefore = Infinity;
      // Its commit may wait for a disk that no round has to do with.
      const noting: typeof deposit = {
        ...deposit,
        decide(...asked) {
          endedBefore = ended;
          return deposit.decide(...asked);
        },
      };
      await writer.submit(noting, { account: 'a', amount: 1 });
      expect(endedBefore).toBeLessThan(50);
      await Promise.all(rounds);
    });

    test('a refused command is not kept: the same key may try again', async () => {
      const { writer } = await openWriter();
      const submit = (status: number) =>
        writer.submit(once(deposit, { owner: 'user', scope: 's', key: 'k', fingerprint: 'f', render: () => ({ status, headers: {}, body: '' }) }), {
          account: 'a',
          amount: 1,
        });
      expect((await submit(409)).kind).toBe('fresh');
      expect((await submit(201)).kind).toBe('fresh');
      expect((await submit(201)).kind).toBe('replayed');
    });

    test('a refusal is handed back with its reason, keeps no answer, and leaves the key free for another try', async () => {
      const { writer } = await openWriter();
      const cautious: typeof deposit = {
        ...deposit,
        decide: (value, ...rest) => (value.amount > 10 ? { answer: -value.amount } : deposit.decide(value, ...rest)),
      };
      const refusal = new Error('too much at once');
      const render = (total: number) => (total < 0 ? refusal : { status: 201, headers: {}, body: String(total) });
      const submit = (amount: number) =>
        writer.submit(once(cautious, { owner: 'user', scope: 's', key: 'k', fingerprint: 'f', render }), { account: 'a', amount });
      const [refused, other] = await Promise.all([submit(20), writer.submit(deposit, { account: 'b', amount: 1 })]);
      expect(refused).toEqual({ kind: 'refused', refusal });
      expect(other).toBe(1);
      expect((await store.keptRows()).keys).toEqual([]);
      expect((await submit(5)).kind).toBe('fresh');
      expect((await submit(5)).kind).toBe('replayed');
    });

    test('a commit whose answer was lost is neither repeated nor forgotten', async () => {
      const flaky = losingCommitAnswers(store.writing, 2);
      const { writer, events } = await openWriter({ store: flaky });
      const totals = await Promise.all([1, 2].map((amount) => writer.submit(deposit, { account: 'a', amount })));
      expect(totals).toEqual([1, 3]);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 3, version: 2 }]);
      expect(events.map((event) => event.seq)).toEqual([1, 2]);
    });

    test('a commit whose answer was lost is found even after another process had the lane', async () => {
      const robbed = losingCommitAnswers(store.writing, 1, async (lane) => {
        await store.writing.takeLane(lane, 'another process', { leftMs: Infinity, leaseMs: 300 });
      });
      const { writer } = await openWriter({ store: robbed });
      expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(1);
      expect(await writer.submit(deposit, { account: 'a', amount: 2 })).toBe(3);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 3, version: 2 }]);
    });

    test('a lost commit of unknown outcome is found missing and is done once', async () => {
      const flaky = losingCommits(store.writing, 2);
      const { writer, events } = await openWriter({ store: flaky });
      const totals = await Promise.all([1, 2].map((amount) => writer.submit(deposit, { account: 'a', amount })));
      expect(totals).toEqual([1, 3]);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 3, version: 2 }]);
      expect(events.map((event) => event.seq)).toEqual([1, 2]);
      expect(await store.writing.readEvents('one', 0, 10)).toEqual(events);
      expect(writer.lane.transactions).toBe(1);
    });

    test('a lost commit is found missing even after another process had the lane and wrote in its place', async () => {
      const elsewhere = opened.again();
      const robbed = losingCommits(store.writing, 1, async (lane) => {
        const { writer: robber } = await openWriter({ store: { ...elsewhere.writing, isShared: false }, lane });
        await robber.submit(deposit, { account: 'b', amount: 10 });
        await robber.close();
      });
      const { writer, events } = await openWriter({ store: robbed });
      expect(await writer.submit(deposit, { account: 'a', amount: 1 })).toBe(1);
      expect(await store.accounts()).toEqual([
        { id: 'a', total: 1, version: 1 },
        { id: 'b', total: 10, version: 1 },
      ]);
      expect(events.map((event) => [event.seq, event.stream])).toEqual([[2, 'a']]);
    });

    test('a batch without events is decided again then, because nothing shows whether it was committed', async () => {
      const quiet: typeof deposit = { ...deposit, decide: (...parameters) => ({ ...deposit.decide(...parameters), events: [] }) };
      const robbed = losingCommits(store.writing, 1, async (lane) => {
        await store.writing.takeLane(lane, 'another process', { leftMs: Infinity, leaseMs: 300 });
      });
      const { writer } = await openWriter({ store: robbed });
      expect(await writer.submit(quiet, { account: 'a', amount: 1 })).toBe(1);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 1, version: 1 }]);
    });

    test('while the outcome of a commit cannot be looked up, callers are still refused in time, and nothing is doubled', async () => {
      const silent = silentLane(losingCommitAnswers(store.writing, 1), 4);
      const { writer, events } = await openWriter({ store: silent });
      const refused = await failureOf(writer.submit(deposit, { account: 'a', amount: 1 }, { limitMs: 100 }));
      expect(refused).toBeInstanceOf(OverloadedError);
      expect(await writer.submit(deposit, { account: 'a', amount: 2 })).toBe(3);
      expect(events.map((event) => event.seq)).toEqual([1, 2]);
    });

    test('a transaction that met a deadlock is repeated whole', async () => {
      const flaky = failingFirst(store.writing, 3, 'retry');
      const { writer } = await openWriter({ store: flaky });
      expect(await writer.submit(deposit, { account: 'a', amount: 4 })).toBe(4);
      expect(await store.entries()).toHaveLength(1);
    });

    test('a command is refused in time when the database stays away, and is not applied later', async () => {
      const flaky = failingFirst(store.writing, 20, 'connection');
      const { writer } = await openWriter({ store: flaky });
      const refused = writer.submit(deposit, { account: 'a', amount: 1 }, { limitMs: 150 });
      const behind = writer.submit(deposit, { account: 'b', amount: 1 }, { limitMs: 200 });
      const results = await Promise.allSettled([refused, behind]);
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
      expect(await store.accounts()).toEqual([]);
    });

    test('gives up inputs that the database does not settle before it stops: their callers are told, no later try has them, and nothing of them is applied', async () => {
      let tries = 0;
      const away: typeof store.writing = {
        ...store.writing,
        settle() {
          tries += 1;
          return Promise.reject(new StorageError('connection', new Error('not now')));
        },
      };
      const reported: string[] = [];
      const { writer } = await openWriter({ store: away, report: (_error, message) => reported.push(message) });
      const waiting = [1, 2].map((amount) => failureOf(writer.submit(deposit, { account: 'a', amount })));
      await until('it was tried', () => tries > 1);
      writer.giveUp();
      writer.giveUp();
      for (const failure of waiting) expect(await failure).toBeInstanceOf(WriterClosedError);
      await writer.stop();
      await writer.close(10);
      expect(await failureOf(writer.submit(deposit, { account: 'a', amount: 4 }))).toBeInstanceOf(WriterClosedError);
      const last = reported.filter((message) => message.startsWith('stopping: 2 inputs are left'));
      expect(last).toHaveLength(1);
      await until('the try that was out has ended', () => writer.standsStillMs === 0);
      expect(await store.accounts()).toEqual([]);
    });

    test('stops looking up a lost commit when it gives up', async () => {
      const silent = silentLane(losingCommitAnswers(store.writing, 1), Infinity);
      let asked = 0;
      const { writer } = await openWriter({ store: { ...silent, readLane: (name) => ((asked += 1), silent.readLane(name)) } });
      const unknown = failureOf(writer.submit(deposit, { account: 'a', amount: 1 }));
      await until('it was asked', () => asked > 0);
      writer.giveUp();
      expect(await unknown).toBeInstanceOf(WriterClosedError);
      await until('it has ended', () => writer.standsStillMs === 0);
      expect(await store.accounts()).toEqual([{ id: 'a', total: 1, version: 1 }]);
    });

    test('a full queue refuses commands at once, a stopped writer every input', async () => {
      const { writer } = await openWriter({ queueLimit: 2 });
      const accepted = [1, 2].map((amount) => writer.submit(deposit, { account: 'a', amount }, { limitMs: 1000 }));
      expect(await failureOf(writer.submit(deposit, { account: 'a', amount: 3 }, { limitMs: 1000 }))).toBeInstanceOf(OverloadedError);
      expect(await Promise.all(accepted)).toEqual([1, 3]);
      await writer.stop();
      expect(await failureOf(writer.submit(deposit, { account: 'a', amount: 1 }))).toBeInstanceOf(WriterClosedError);
    });

    test('an input that has expired when its turn comes is refused and not applied', async () => {
      const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
      let settling = 0;
      const slow: typeof store.writing = {
        ...store.writing,
        async settle(...parameters) {
          settling += 1;
          await held;
          return store.writing.settle(...parameters);
        },
      };
      const { writer } = await openWriter({ store: slow });
      const first = writer.submit(deposit, { account: 'a', amount: 1 });
      await until('the first is under way', () => settling === 1);
      const late = failureOf(writer.submit(deposit, { account: 'b', amount: 1 }, { limitMs: 20 }));
      const asked = performance.now();
      await until('its time is over', () => performance.now() - asked > 21);
      letGo();
      expect(await first).toBe(1);
      expect(await late).toBeInstanceOf(OverloadedError);
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['a']);
    });

    test('while a transaction hangs, its own inputs and those behind it are refused in time', async () => {
      const held = holding(store.writing);
      const tasks: string[] = [];
      const { writer, events } = await openWriter({ store: held.store, runTask: (task) => void tasks.push(task) });
      const render = (total: number) => ({ status: 201, headers: {}, body: String(total) });
      const charging = { ...deposit, decide: (...asked: Parameters<typeof deposit.decide>) => ({ ...deposit.decide(...asked), tasks: ['charge'] }) };
      const request = once(charging as unknown as typeof deposit, { owner: 'user', scope: 'user POST /deposits', key: 'k', fingerprint: 'f', render });
      const inIt = failureOf(writer.submit(request, { account: 'a', amount: 1 }, { limitMs: 1000 }));
      const message = writer.submit(deposit, { account: 'm', amount: 1 });
      await held.commits;
      const behind = failureOf(writer.submit(deposit, { account: 'b', amount: 1 }, { limitMs: 60 }));
      const longer = writer.submit(deposit, { account: 'c', amount: 1 }, { limitMs: 60_000 });
      expect(await Promise.all([inIt, behind])).toEqual([expect.any(OverloadedError), expect.any(OverloadedError)]);
      expect(writer.waiting).toBe(1);
      held.letGo();
      expect(await Promise.all([message, longer])).toEqual([1, 1]);
      // It did take place: its events leave, its tasks run, and the same key finds out.
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['a', 'c', 'm']);
      expect(events.map(({ key }) => key)).toEqual(['a', 'm', 'c']);
      expect(tasks).toEqual(['charge']);
      const again = await writer.submit(request, { account: 'a', amount: 1 }, { limitMs: 60_000 });
      expect(again).toEqual({ kind: 'replayed', answer: { status: 201, headers: {}, body: '1' } });
    });

    test('an input refused during a failing try is left out of the next one', async () => {
      for (const code of ['connection', 'commit-unknown', 'unique', 'check'] as const) {
        const held = holding(store.writing, code);
        const decided: string[] = [];
        const noted: typeof deposit = {
          ...deposit,
          decide(value, ...rest) {
            decided.push(value.account);
            return deposit.decide(value, ...rest);
          },
        };
        const { writer } = await openWriter({ store: held.store, lane: code });
        const late = failureOf(writer.submit(noted, { account: `late-${code}`, amount: 1 }, { limitMs: 1000 }));
        const message = writer.submit(noted, { account: `message-${code}`, amount: 1 });
        await held.commits;
        expect(await late).toBeInstanceOf(OverloadedError);
        held.letGo();
        expect(await message).toBe(1);
        expect(decided).toEqual([`late-${code}`, `message-${code}`, `message-${code}`]);
      }
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['check', 'commit-unknown', 'connection', 'unique'].map((code) => `message-${code}`));
    });

    test('an input refused before its transaction decides is not decided', async () => {
      const { promise: reached, resolve: letGo } = Promise.withResolvers<void>();
      const slow: typeof store.writing = {
        ...store.writing,
        async settle(...parameters) {
          await reached;
          return store.writing.settle(...parameters);
        },
      };
      const { writer, events } = await openWriter({ store: slow });
      const late = failureOf(writer.submit(deposit, { account: 'late', amount: 1 }, { limitMs: 60 }));
      const message = writer.submit(deposit, { account: 'message', amount: 1 });
      expect(await late).toBeInstanceOf(OverloadedError);
      letGo();
      expect(await message).toBe(1);
      expect(events.map(({ key }) => key)).toEqual(['message']);
    });

    test('a queue that is too full for commands still takes a message', async () => {
      const { writer } = await openWriter({ queueLimit: 1 });
      const first = writer.submit(deposit, { account: 'a', amount: 1 }, { limitMs: 5000 });
      const message = writer.submit(deposit, { account: 'a', amount: 2 });
      expect(await failureOf(writer.submit(deposit, { account: 'a', amount: 4 }, { limitMs: 5000 }))).toBeInstanceOf(OverloadedError);
      expect(await Promise.all([first, message])).toEqual([1, 3]);
    });

    test('shows why the last transaction failed until one is settled', async () => {
      const told: unknown[] = [];
      const { writer } = await openWriter({ store: failingFirst(store.writing, 1, 'connection'), report: () => told.push(writer.failure) });
      expect(writer.failure).toBeUndefined();
      await writer.submit(deposit, { account: 'a', amount: 1 });
      expect(told).toEqual([expect.objectContaining({ code: 'connection' })]);
      expect(writer.failure).toBeUndefined();
    });

    test('stores in its last transaction how far its outbox has sent', async () => {
      const outbox = { offer: () => undefined, publishedSeq: 0 };
      const { writer } = await openWriter({ outbox: () => outbox });
      await writer.submit(deposit, { account: 'a', amount: 1 });
      outbox.publishedSeq = 1;
      await writer.close();
      expect(await store.writing.readLane('one')).toMatchObject({ lastSeq: 1, publishedSeq: 1 });
    });

    test('a busy writer waits its pace, and inputs that arrive meanwhile share the transaction', async () => {
      const batches: number[] = [];
      const { writer } = await openWriter({ paceMs: 300, batchSettled: (inputs) => void batches.push(inputs) });
      await writer.submit(deposit, { account: 'a', amount: 1 });
      const second = writer.submit(deposit, { account: 'a', amount: 1 });
      // As long as a look at the database takes.
      await store.accounts();
      const third = writer.submit(deposit, { account: 'a', amount: 1 });
      expect(await Promise.all([second, third])).toEqual([2, 3]);
      expect(batches).toEqual([1, 2]);
    });

    test('a closing writer settles the queue without waiting its pace', async () => {
      const { writer } = await openWriter({ paceMs: 3_600_000 });
      await writer.submit(deposit, { account: 'a', amount: 1 });
      const last = writer.submit(deposit, { account: 'a', amount: 1 });
      await writer.close();
      expect(await last).toBe(2);
    });

    test('an idle writer keeps its lease', async () => {
      const { writer } = await openWriter({ leaseMs: 90 });
      await until('it has been renewed', () => writer.lane.transactions >= 2);
    });

    test('an input whose decision failed is decided again when its transaction is repeated', async () => {
      let calls = 0;
      const hesitant: typeof deposit = {
        ...deposit,
        decide(...parameters) {
          calls += 1;
          if (calls === 1) throw new Error('on what was there then');
          return deposit.decide(...parameters);
        },
      };
      const { writer } = await openWriter({ store: losingCommits(store.writing, 1) });
      expect(await writer.submit(hesitant, { account: 'a', amount: 1 })).toBe(1);
      expect(calls).toBe(2);
    });

    test('inputs settled in batches and one by one lead to the same state', async () => {
      const inputs = fc.array(
        fc.record({ account: fc.constantFrom('a', 'b', 'c'), amount: fc.integer({ min: 0, max: 20 }) }),
        { maxLength: 60 },
      );
      await fc.assert(
        fc.asyncProperty(inputs, async (deposits) => {
          const [batched, single] = await Promise.all([500, 1].map((batchLimit) => settleAll(batchLimit, deposits)));
          expect(batched).toEqual(single);
        }),
        { numRuns: 25 },
      );
    }, 120_000);

    async function settleAll(batchLimit: number, deposits: readonly { account: string; amount: number }[]) {
      const fresh = await open();
      const writer = await Writer.open<Toy>({
        store: fresh.store.writing,
        lane: 'one',
        newId,
        paceMs: 0,
        batchLimit,
        runTask: () => undefined,
        report: () => undefined,
        outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
      });
      await Promise.allSettled(deposits.map((each) => writer.submit(deposit, each)));
      const accounts = await fresh.store.accounts();
      const versions = (await fresh.store.writing.readEvents('one', 0, 1000)).map(({ stream, version }) => `${stream} ${version}`);
      await writer.close();
      await fresh.dispose();
      return { accounts, versions };
    }
  });
}

/** What a promise rejects with. Not `expect().rejects`: it waits in a loop in which a thread's answers do not arrive. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}
