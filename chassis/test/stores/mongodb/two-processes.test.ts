import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { StorageError } from '../../../src/storage-error.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import { type Lane, LaneLostError } from '../../../src/engine/writer/writer-store.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { ToyStore } from '../../engine/writer/toy-store.ts';
import { deposit, type Toy } from '../../engine/writer/toy-use-cases.ts';
import { batchOfOne } from './batch-of-one.ts';
import { type OpenMongoToyStore, openMongoToyStore } from './toy-store.ts';

interface Claim {
  readonly own: string;
  readonly other: string;
}

/** Takes the one place there is, unless the other one has it: looks at both accounts and writes only its own. */
const claim: UseCase<Toy, Claim, boolean> = {
  name: 'claim',
  keys: ({ own, other }) => ({ accounts: [own, other] }),
  decide({ own, other }, world) {
    const [mine, theirs] = [world.get('accounts', own), world.get('accounts', other)];
    if (mine === undefined || theirs === undefined) throw new Error('open the accounts first');
    if (theirs.total > 0) return { answer: false };
    return { answer: true, puts: { accounts: [{ ...mine, total: 1, version: mine.version + 1 }] } };
  },
};

const ROUNDS = 15;

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe('two processes on one MongoDB', () => {
    let opened: OpenMongoToyStore;
    let there: ToyStore;
    const writers: Writer<Toy>[] = [];

    beforeEach(async () => {
      opened = await openMongoToyStore();
      there = opened.again();
    });
    afterEach(async () => {
      for (const writer of writers.splice(0)) await writer.close();
      await opened.dispose();
    });

    async function openWriter({ writing: store }: ToyStore, lane: string): Promise<Writer<Toy>> {
      const options = { newId, paceMs: 0, runTask: () => undefined, report: () => undefined };
      const writer = await Writer.open<Toy>({ store, lane, ...options, outbox: () => ({ offer: () => undefined, publishedSeq: 0 }) });
      writers.push(writer);
      return writer;
    }

    test('a batch that only read a document conflicts with one that wrote it', async () => {
      const [one, two] = [await openWriter(opened.store, 'one'), await openWriter(there, 'two')];
      for (let round = 0; round < ROUNDS; round += 1) {
        const [a, b] = [`a${round}`, `b${round}`];
        await Promise.all([a, b].map((account) => one.submit(deposit, { account, amount: 0 })));
        const answers = await Promise.all([
          one.submit(claim, { own: a, other: b }),
          two.submit(claim, { own: b, other: a }),
        ]);
        expect(new Set(answers)).toEqual(new Set([false, true]));
      }
    });

    test('a batch that writes a document unchanged conflicts with one that read it', async () => {
      const lanes = await Promise.all(
        [opened.store, there].map(({ writing }, i) => writing.takeLane(`lane-${i}`, newId(), { leftMs: Infinity, leaseMs: 60_000 })),
      );
      const [one, two]: readonly (Lane | undefined)[] = lanes;
      if (one === undefined || two === undefined) throw new Error('the lanes are new');
      let first = await opened.store.writing.settle(one, 0, 60_000, batchOfOne(deposit, { account: 'a', amount: 1 }));
      const same: UseCase<Toy, string, boolean> = {
        name: 'same again',
        keys: (id) => ({ accounts: [id] }),
        decide: (id, world) => ({ answer: true, puts: { accounts: [{ ...world.get('accounts', id), id, total: 1, version: 1 }] } }),
      };
      let met = 0;
      let second: Lane = two;
      for (let round = 0; round < ROUNDS && met === 0; round += 1) {
        const settled = await Promise.allSettled([
          opened.store.writing.settle(first, 0, 60_000, batchOfOne(same, 'a')),
          there.writing.settle(second, 0, 60_000, batchOfOne(same, 'a')),
        ]);
        const [here, beyond] = settled;
        if (here.status === 'fulfilled') first = here.value;
        if (beyond.status === 'fulfilled') second = beyond.value;
        for (const result of settled) {
          if (result.status === 'fulfilled') continue;
          expect(result.reason).toMatchObject({ code: 'retry' });
          met += 1;
        }
      }
      expect(met).toBeGreaterThan(0);
    });

    test('two processes take a new lane one after the other, and the first of them can no longer write', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const name = `new-${round}`;
        const stores = [opened.store.writing, there.writing];
        const taken = await Promise.all(stores.map(async (store) => ({ store, lane: await store.takeLane(name, newId(), { leftMs: Infinity, leaseMs: 60_000 }) })));
        const [first, second] = taken.toSorted((a, b) => (a.lane?.epoch ?? 0) - (b.lane?.epoch ?? 0));
        if (first?.lane === undefined || second?.lane === undefined) throw new Error('nobody else has the lane');
        expect([first.lane.epoch, second.lane.epoch]).toEqual([1, 2]);
        const batch = batchOfOne(deposit, { account: name, amount: 1 }, name);
        const lost = await first.store.settle(first.lane, 0, 60_000, batch).catch((error: unknown) => error);
        expect(lost).toBeInstanceOf(LaneLostError);
        expect(await second.store.settle(second.lane, 0, 60_000, batch)).toMatchObject({ epoch: 2, lastSeq: 1 });
      }
    });

    test('the validator refuses a wrong document, and with it the rest of its transaction', async () => {
      const lane = await there.writing.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 60_000 });
      if (lane === undefined) throw new Error('the lane is new');
      const wrong: UseCase<Toy, string, boolean> = {
        name: 'half a coin',
        keys: (id) => ({ accounts: [id] }),
        decide: (id) => ({ answer: true, puts: { accounts: [{ id: 'good', total: 1, version: 1 }, { id, total: 0.5, version: 1 }] } }),
      };
      const refused = await there.writing.settle(lane, 0, 60_000, batchOfOne(wrong, 'a')).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StorageError);
      expect(refused).toMatchObject({ code: 'check' });
      expect(await there.accounts()).toEqual([]);
      expect(lane).toMatchObject((await there.writing.readLane('one')) ?? {});
    });

    test('a lane goes on after a decision that threw', async () => {
      const lane = await there.writing.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 60_000 });
      if (lane === undefined) throw new Error('the lane is new');
      const good = batchOfOne(deposit, { account: 'a', amount: 1 });
      const decide = () => {
        throw new Error('undecided');
      };
      const thrown = await there.writing.settle(lane, 0, 60_000, { ...good, decide }).catch((error: unknown) => error);
      expect(thrown).toEqual(new Error('undecided'));
      expect(await there.writing.settle(lane, 0, 60_000, good)).toEqual({ ...lane, lastSeq: 1, transactions: 1 });
    });
  });
});
