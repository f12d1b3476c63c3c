import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { newId } from '../../../src/ids.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { StorageError } from '../../../src/storage-error.ts';
import { recordedDatabase } from '../../../src/testing/query-costs.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import { losingCommitAnswers, losingCommits } from '../../engine/writer/failing-stores.ts';
import { type ToySchema, type ToyStore, toyStore } from '../../engine/writer/toy-store.ts';
import { deposit, type Toy } from '../../engine/writer/toy-use-cases.ts';
import type { SharedToy } from './shared-toy.ts';
import { expectSerial, fund, type Seen, transfer, type Transfer } from './toy-transfers.ts';

interface Process {
  readonly writer: Writer<Toy>;
  readonly store: ToyStore;
  readonly reports: string[];
  /** How often a batch was decided again. */
  again(): number;
}

interface Opening {
  readonly database?: SqlDatabase<ToySchema>;
  readonly remembers?: boolean;
  readonly batchLimit?: number;
  wrap?(store: ToyStore['writing']): ToyStore['writing'];
}

/** What is remembered between batches, by one process or several, on any SQL database. */
export function describeEntityMemory(engine: string, open: () => Promise<SharedToy>): void {
  describe(`remembered entities on ${engine}`, () => {
    let shared: SharedToy;
    let writers: Writer<Toy>[] = [];

    beforeEach(async () => {
      shared = await open();
    });
    afterEach(async () => {
      for (const writer of writers) await writer.close();
      writers = [];
      await shared.dispose();
    });

    async function process(lane: string, { database = shared.open(), remembers = true, batchLimit = 500, wrap = (store) => store }: Opening = {}): Promise<Process> {
      const store = toyStore(database, { remembers });
      const reports: string[] = [];
      let again = 0;
      const writer = await Writer.open<Toy>({
        store: wrap(store.writing),
        lane,
        newId,
        paceMs: 0,
        batchLimit,
        runTask: () => undefined,
        report: (error, message) => void reports.push(`${message}: ${String(error)}`),
        outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
        decidedAgain: () => (again += 1),
      });
      writers.push(writer);
      return { writer, store, reports, again: () => again };
    }

    const add = ({ writer }: Process, account: string, amount = 1) => writer.submit(deposit, { account, amount });

    test('settled entities are not read again', async () => {
      const { database, statementsOf } = recordedDatabase(shared.open());
      const one = await process('one', { database });
      const reads = async (run: () => Promise<unknown>) => (await statementsOf(run)).filter(({ sql }) => sql.includes('accounts')).length;
      expect(await reads(() => add(one, 'a'))).toBe(1);
      expect(await reads(() => Promise.all([add(one, 'a'), add(one, 'a')]))).toBe(0);
      expect(await reads(() => one.writer.submit(transfer, { from: 'a', to: 'b', amount: 2 }))).toBe(1);
      expect(await reads(() => one.writer.submit(transfer, { from: 'b', to: 'a', amount: 100 }))).toBe(0);
      expect(await one.store.accounts()).toEqual([{ id: 'a', total: 1, version: 4 }, { id: 'b', total: 2, version: 1 }]);
    });

    test('the absence of an entity is looked up each time', async () => {
      const [one, two] = [await process('one'), await process('two')];
      const poor = { from: 'nobody', to: 'nothing', amount: 1 };
      expect(await one.writer.submit(transfer, poor)).toEqual({ saw: { nobody: 0, nothing: 0 }, made: {} });
      await add(two, 'nobody');
      expect(await one.writer.submit(transfer, poor)).toEqual({ saw: { nobody: 1, nothing: 0 }, made: { nobody: 2, nothing: 1 } });
      expect(one.again()).toBe(0);
    });

    test('after a change by another process the batch is decided again on the present state, and no caller sees a failure', async () => {
      const [one, two] = [await process('one'), await process('two')];
      expect(await add(one, 'a', 1)).toBe(1);
      expect(await add(two, 'a', 2)).toBe(3);
      expect(await Promise.all([add(one, 'a', 4), add(one, 'b', 8), add(one, 'a', 16)])).toEqual([7, 8, 23]);
      expect([one.again(), two.again()]).toEqual([1, 0]);
      expect([one.writer.failure, one.reports, two.reports]).toEqual([undefined, [], []]);
      expect(await one.store.accounts()).toEqual([{ id: 'a', total: 23, version: 4 }, { id: 'b', total: 8, version: 1 }]);
      expect(await one.store.entries()).toHaveLength(5);
    });

    test('an entity that was only read is checked as well', async () => {
      const [one, two] = [await process('one'), await process('two')];
      for (const account of ['a', 'b', 'c', 'd']) await add(one, account, 1);
      await add(two, 'a', 10);
      expect(await one.writer.submit(transfer, { from: 'b', to: 'a', amount: 5 })).toEqual({ saw: { a: 2, b: 1 }, made: {} });
      expect(one.again()).toBe(1);
      await add(two, 'c', 10);
      expect(await one.writer.submit(transfer, { from: 'c', to: 'd', amount: 5 })).toEqual({ saw: { c: 2, d: 1 }, made: { c: 3, d: 2 } });
      expect(one.again()).toBe(2);
    });

    test('an entity that two processes change in turn is soon read as if there were no memory', async () => {
      const [one, two] = [await process('one'), await process('two')];
      for (let turn = 0; turn < 120; turn += 1) await add(turn % 2 === 0 ? one : two, 'a');
      expect(one.again() + two.again()).toBeLessThan(12);
      expect(one.again()).toBeGreaterThan(0);
      // What only one of them changes is remembered all the same.
      await add(one, 'b');
      const before = one.again();
      for (let turn = 0; turn < 20; turn += 1) expect(await add(one, 'b')).toBe(turn + 2);
      expect(one.again()).toBe(before);
      expect(await one.store.accounts()).toEqual([{ id: 'a', total: 120, version: 120 }, { id: 'b', total: 21, version: 21 }]);
    });

    test('nothing is remembered of a batch that did not commit', async () => {
      const one = await process('one', { wrap: (store) => losingCommits(losingCommitAnswers(store, 1), 1) });
      expect([await add(one, 'a', 1), await add(one, 'a', 2), await add(one, 'a', 4)]).toEqual([1, 3, 7]);
      const refused = await Promise.allSettled([add(one, 'a', 8), add(one, 'b', -1), add(one, 'a', 13)]);
      expect(refused.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await add(one, 'a', 16)).toBe(31);
      expect(await one.store.accounts()).toEqual([{ id: 'a', total: 31, version: 5 }]);
    });

    test('a change that other processes could not notice is a defect of its decision, and fails alone', async () => {
      const one = await process('one');
      await add(one, 'a', 1);
      const unseen: UseCase<Toy, null, void> = {
        name: 'unseen',
        keys: () => ({ accounts: ['a'] }),
        decide: () => ({ answer: undefined, puts: { accounts: [{ id: 'a', total: 99, version: 1 }] } }),
      };
      const [failed, settled] = await Promise.allSettled([one.writer.submit(unseen, null), add(one, 'b', 1)]);
      expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'accounts a would change without a change of the columns that guard it' } });
      expect(settled).toEqual({ status: 'fulfilled', value: 1 });
      expect(await one.store.accounts()).toEqual([{ id: 'a', total: 1, version: 1 }, { id: 'b', total: 1, version: 1 }]);
    });

    test('a process that had lost its lane reads what others have changed meanwhile', async () => {
      const one = await process('one');
      await add(one, 'a', 1);
      const other = toyStore(shared.open()).writing;
      await other.takeLane('one', 'somebody', { leftMs: Infinity, leaseMs: 1 });
      expect(await add(one, 'a', 2)).toBe(3);
    });

    test('a state that is never found again is reported as a defect, and the batch is not repeated for ever', async () => {
      const one = await process('one', {
        wrap: (store) => ({ ...store, settle: async (...asked) => (asked[3].keys['accounts'] === undefined ? store.settle(...asked) : Promise.reject(new StorageError('stale', new Error('never')))) }),
      });
      const [ended] = await Promise.allSettled([add(one, 'a', 1)]);
      expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'stale' } });
      expect(one.again()).toBe(2);
    });

    test('what processes with and without a memory see is explained by some order of their batches', async () => {
      const processes = [await process('one', { batchLimit: 3 }), await process('two', { batchLimit: 2 }), await process('old', { remembers: false, batchLimit: 2 })];
      let run = 0;
      let decidedAgain = 0;
      const step = fc.record({ who: fc.nat(2), what: fc.constantFrom('fund', 'transfer', 'transfer'), from: fc.nat(3), to: fc.nat(3), amount: fc.integer({ min: 1, max: 9 }), waits: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
          run += 1;
          const before = processes.reduce((sum, { again }) => sum + again(), 0);
          const seen: Promise<Seen>[] = [];
          // Nobody can lock what is not there, with or without a memory.
          const first = [0, 1, 2, 3].map((account) => ({ from: '', to: `${run}-${account}`, amount: 9 }));
          for (const asked of first) seen.push((processes[0] as Process).writer.submit(fund, asked));
          await Promise.all(seen);
          for (const { who, what, from, to, amount, waits } of steps) {
            const asked: Transfer = { from: `${run}-${from}`, to: `${run}-${from === to ? (to + 1) % 4 : to}`, amount };
            const answer = processes[who]?.writer.submit(what === 'fund' ? fund : transfer, asked);
            if (answer !== undefined) seen.push(answer);
            if (waits) await answer;
          }
          const all = await Promise.all(seen);
          expectSerial(all);
          const made = all.flatMap((one) => Object.entries(one.made));
          const stored = (await (processes[0] as Process).store.accounts()).filter(({ id }) => id.startsWith(`${run}-`));
          for (const { id, version } of stored) {
            const versions = made.filter(([account]) => account === id).map(([, number]) => number);
            expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: version }, (_, at) => at + 1));
          }
          const funded = steps.filter(({ what }) => what === 'fund').reduce((sum, { amount }) => sum + amount, 36);
          expect(stored.reduce((sum, { total }) => sum + total, 0)).toBe(funded);
          decidedAgain += processes.reduce((sum, { again }) => sum + again(), 0) - before;
        }),
        { numRuns: 40 },
      );
      // Otherwise they did not meet.
      expect(decidedAgain).toBeGreaterThan(0);
    }, 120_000);
  });
}
