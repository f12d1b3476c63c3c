import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { BOTH_FORMS, KEYED_ANSWERS, lastPeriodOver, MEETING_MS, PERIOD_MS, periodOf, WHOLE_ANSWERS } from '../../../src/engine/writer/answer-key.ts';
import { once, type Once } from '../../../src/engine/writer/once.ts';
import type { WriterStore } from '../../../src/engine/writer/writer-store.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import { onceOfBefore } from './once-of-before.ts';
import type { OpenToyStore, ToyStore } from './toy-store.ts';
import { deposit, type Toy } from './toy-use-cases.ts';

const HOUR = 3_600_000;
const PLACE = '0198c0de-7a11-7c3e-8f00-000000000001';

/** What is kept of answers to Idempotency-Keys, on any engine. */
export function describeKeptAnswers(engine: string, open: () => Promise<OpenToyStore>): void {
  setDefaultTimeout(30_000);

  describe(`kept answers on ${engine}`, () => {
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

    /** `at`: what the database's clock says to decisions. */
    async function openWriter(lane = 'one', at?: () => number, writing: WriterStore<Toy> = lane === 'one' ? store.writing : opened.again().writing) {
      const clocked: WriterStore<Toy> = {
        ...writing,
        settle: (held, publishedSeq, leaseMs, batch) =>
          writing.settle(held, publishedSeq, leaseMs, { ...batch, decide: (world, now, ...more) => batch.decide(world, at?.() ?? now, ...more) }),
      };
      const outbox = () => ({ offer: () => undefined, publishedSeq: 0 });
      const writer = await Writer.open<Toy>({ store: clocked, lane, newId, paceMs: 0, runTask: () => undefined, report: () => undefined, outbox });
      writers.push(writer);
      return writer;
    }

    const asked = (key: string, changes: Partial<Once<number>> = {}): Once<number> => ({
      owner: 'anna',
      scope: 'anna POST /deposits',
      key,
      fingerprint: 'f',
      render: (total) => ({ status: 201, headers: { location: '/x' }, body: JSON.stringify({ total, to: '7 Ospreymoor Lane' }) }),
      ...changes,
    });
    /** Its answer can be made again, so none is kept. */
    const shown = (key: string, changes: Partial<Once<number>> = {}): Once<number> =>
      asked(key, { shows: { place: (total) => (total > 0 ? PLACE : undefined), again: () => Promise.reject(new Error('not here')) }, ...changes });
    const submit = (writer: Writer<Toy>, request: Once<number>, amount = 1) => writer.submit(once(deposit, request), { account: 'a', amount });
    const total = async () => (await store.accounts()).reduce((sum, account) => sum + account.total, 0);

    test('of fifty requests whose answer can be made again one is carried out, and the others are led to its place', async () => {
      const writer = await openWriter();
      const answers = await Promise.all(Array.from({ length: 50 }, () => submit(writer, shown('k'))));
      expect(answers).toEqual([{ kind: 'done', answer: 1 }, ...Array.from({ length: 49 }, () => ({ kind: 'done-before' as const, place: PLACE }))]);
      expect(await submit(writer, shown('k', { fingerprint: 'another body' }))).toEqual({ kind: 'reused' });
      expect(await total()).toBe(1);
    });

    test('a request that was not carried out may be tried again', async () => {
      const writer = await openWriter();
      expect(await submit(writer, shown('k'), 0)).toEqual({ kind: 'done', answer: 0 });
      expect(await submit(writer, shown('k'))).toEqual({ kind: 'done', answer: 1 });
      expect(await submit(writer, shown('k'))).toEqual({ kind: 'done-before', place: PLACE });
    });

    test('an answer that can be made again is kept as a place only; others are kept whole, under growing ids', async () => {
      const writer = await openWriter();
      await submit(writer, shown('a key of mine'));
      expect((await store.keptRows()).answers).toEqual([]);
      expect((await store.keptRows()).keys.join()).not.toMatch(/Ospreymoor|anna|a key of mine|POST/);
      for (const key of ['l', 'm']) await submit(writer, asked(key));
      const { answers } = await store.keptRows();
      expect(answers).toHaveLength(2);
      expect(answers.join()).toContain('Ospreymoor');
      expect(await submit(writer, asked('l'))).toMatchObject({ kind: 'replayed', answer: { status: 201, headers: { location: '/x' }, body: '{"total":2,"to":"7 Ospreymoor Lane"}' } });
    });

    test('a request whose answer was deleted with its user is not carried out again', async () => {
      const writer = await openWriter();
      await submit(writer, asked('k'));
      expect(await store.messages.forgetAnswersTo(['anna'], 10)).toBe(1);
      expect(await submit(writer, asked('k'))).toEqual({ kind: 'forgotten' });
      expect(await total()).toBe(1);
    });

    test('a key is known for a day at least and a day and a half at most, and is deleted with its period', async () => {
      const now = Date.now();
      const ages = [0, 1, 11, 13, 23.99, 24].map((hours) => now - hours * HOUR);
      const over = [36.01, 40, 60, 100].map((hours) => now - hours * HOUR);
      let at = now;
      const writer = await openWriter('one', () => at);
      for (at of [...ages, ...over]) await submit(writer, shown(`k${at}`));
      at = now;
      for (const made of ages) expect(await submit(writer, shown(`k${made}`))).toMatchObject({ kind: 'done-before' });
      for (const made of over) expect(await submit(writer, shown(`k${made}`))).toMatchObject({ kind: 'done' });
      const kept = (await store.keptRows()).keys.length;
      const forget = () => store.messages.forgetAnswerKeys(lastPeriodOver(now), 3);
      let forgotten = 0;
      for (let some = await forget(); some > 0; some = await forget()) forgotten += some;
      expect(forgotten).toBeGreaterThanOrEqual(over.length);
      expect((await store.keptRows()).keys).toHaveLength(kept - forgotten);
      for (const made of [...ages, ...over]) expect(await submit(writer, shown(`k${made}`))).toMatchObject({ kind: 'done-before' });
    });

    test('a period that is not over is never deleted, whatever the hour', () => {
      for (let now = 20_000 * PERIOD_MS; now < 20_001 * PERIOD_MS; now += 60_000) {
        expect(lastPeriodOver(now)).toBeLessThan(periodOf(now - 24 * HOUR));
        expect(lastPeriodOver(now + MEETING_MS - 1)).toBeLessThan(periodOf(now - 24 * HOUR));
      }
    });

    describe('at the end of a period', () => {
      const boundary = () => periodOf(Date.now()) * PERIOD_MS;

      test('two processes that decide on one key at once, one on each side of it, carry it out once', async () => {
        await Promise.all(['shared', 'a', 'b'].map(async (account) => (await openWriter(`makes ${account}`)).submit(deposit, { account, amount: 1 })));
        const before = await openWriter('before', () => boundary() - 5000);
        const after = await openWriter('after', () => boundary() + 5000);
        // Both look for the key first. On MySQL one then waits for a row of the other; on MongoDB such a row would keep them apart without the key.
        const late: typeof deposit = { ...deposit, keys: () => ({}), moreKeys: ({ account }) => ({ accounts: [account] }) };
        const results: string[] = [];
        for (let at = 0; at < 40; at += 1) {
          const request = shown(`k${at}`);
          const accounts = at % 2 === 0 ? (['shared', 'shared'] as const) : (['a', 'b'] as const);
          const each = [before, after].map((writer, who) => writer.submit(once(late, request), { account: accounts[who] ?? '', amount: 1 }));
          results.push((await Promise.all(each)).map(({ kind }) => kind).toSorted().join());
        }
        expect(new Set(results)).toEqual(new Set(['done,done-before']));
        expect(await total()).toBe(43);
      });

      test('a key decided before it is known after it, and vice versa where a clock was set back', async () => {
        const minute = 60_000;
        let at = 0;
        const writer = await openWriter('one', () => at);
        for (const end of [boundary(), boundary() + PERIOD_MS]) {
          for (const [first, second] of [[-1, 1], [1, -1], [-30, 30], [30, -30], [14, -14]] as const) {
            at = end + first * minute;
            expect(await submit(writer, shown(`k${at}`))).toMatchObject({ kind: 'done' });
            const made = at;
            at = end + second * minute;
            expect(await submit(writer, shown(`k${made}`))).toMatchObject({ kind: 'done-before' });
          }
        }
      });
    });

    describe('beside a process of the previous version', () => {
      const before = (writer: Writer<Toy>, request: Once<number>) => writer.submit(onceOfBefore(deposit, request), { account: 'a', amount: 1 });

      test('each finds the requests that the other has carried out, whichever way they are answered', async () => {
        const writer = await openWriter();
        await store.keepAnswersAs(WHOLE_ANSWERS);
        for (const request of [asked('k'), shown('l')]) {
          await submit(writer, request);
          expect(await before(writer, request)).toMatchObject({ kind: 'replayed', answer: { status: 201 } });
          expect(await submit(writer, request)).toMatchObject({ kind: 'replayed', answer: { status: 201 } });
          expect(await submit(writer, { ...request, fingerprint: 'another body' })).toEqual({ kind: 'reused' });
        }
        await before(writer, asked('m'));
        expect(await submit(writer, asked('m'))).toMatchObject({ kind: 'replayed' });
        await before(writer, shown('n'));
        expect(await submit(writer, shown('n'))).toMatchObject({ kind: 'replayed' });
        expect((await store.keptRows()).keys).toEqual([]);
        expect(await total()).toBe(4);
      });

      test.each([
        ['the version before', WHOLE_ANSWERS],
        ['a lane that keeps both', BOTH_FORMS],
        ['one that keeps keys, and the other both', KEYED_ANSWERS],
      ] as const)('%s: two requests with one key at both processes are carried out once', async (_, other) => {
        const [here, there] = [await openWriter('one'), await openWriter('two')];
        await store.keepAnswersAs(other === KEYED_ANSWERS ? BOTH_FORMS : other, 'one');
        await store.keepAnswersAs(other === KEYED_ANSWERS ? KEYED_ANSWERS : other, 'two');
        const late: typeof deposit = { ...deposit, keys: () => ({}), moreKeys: () => ({ accounts: ['shared'] }) };
        await here.submit(deposit, { account: 'shared', amount: 1 });
        for (let at = 0; at < 20; at += 1) {
          const request = at % 2 === 0 ? shown(`k${at}`) : asked(`k${at}`);
          const second = other === KEYED_ANSWERS ? once(late, request) : onceOfBefore({ ...deposit, keys: () => ({ accounts: ['shared'] }) }, request);
          await Promise.all([here.submit(once(late, request), { account: 'shared', amount: 1 }), there.submit(second, { account: 'shared', amount: 1 })]);
        }
        expect(await total()).toBe(21);
      });

      test('the change from whole answers to keys loses no answer', async () => {
        const writer = await openWriter();
        const forms = [WHOLE_ANSWERS, BOTH_FORMS, KEYED_ANSWERS] as const;
        for (const form of forms) {
          await store.keepAnswersAs(form);
          for (const earlier of forms.slice(0, form)) {
            expect(await submit(writer, asked(`asked ${earlier}`))).toMatchObject({ kind: 'replayed' });
            expect((await submit(writer, shown(`shown ${earlier}`))).kind).toMatch(/replayed|done-before/);
          }
          await submit(writer, asked(`asked ${form}`));
          await submit(writer, shown(`shown ${form}`));
        }
        expect(await total()).toBe(6);
      });
    });
  });
}
