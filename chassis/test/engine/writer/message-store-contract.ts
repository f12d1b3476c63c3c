import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { LogMessage } from '@souk/contracts/log-message';
import { newId } from '../../../src/ids.ts';
import { discard, recordDeadLetter, sentAgain } from '../../../src/engine/messaging/dead-letter.ts';
import { park, recordFailure, retryNow } from '../../../src/engine/messaging/parking.ts';
import type { LetterFilter } from '../../../src/engine/service-store.ts';
import { setAside } from '../../../src/engine/messaging/outgoing.ts';
import { EVENTS_SIZE, type StoredEvent } from '../../../src/engine/writer/writer-store.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { OpenToyStore, ToyStore } from './toy-store.ts';
import { tell, type Toy } from './toy-use-cases.ts';

/** A message that is parked is due at once. */
const DUE = { firstAttempts: 3, attempts: 10, backOffMs: -1000, longestBackOffMs: -1000 };
const RULES = { firstAttempts: 3, attempts: 10, backOffMs: 60_000, longestBackOffMs: 60_000 };

/** Messages that failed, as every store keeps them. */
export function describeMessageStore(engine: string, open: () => Promise<OpenToyStore>): void {
  describe(`messages that failed on ${engine}`, () => {
    let opened: OpenToyStore;
    let store: ToyStore;
    let writer: Writer<Toy>;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
      writer = await Writer.open<Toy>({
        store: store.writing,
        lane: 'one',
        newId,
        paceMs: 0,
        runTask: () => undefined,
        report: () => undefined,
        outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
      });
    });
    afterEach(async () => {
      await writer.close();
      await opened.dispose();
    });

    const failed = (message: LogMessage) => ({ message, cause: 'cannot be read', attempts: 1 });
    const parkNow = (key: string, backOffMs: number) => {
      const message = { topic: 'order.created', key, value: '{}', headers: {} };
      return writer.submit(park<Toy>({ ...RULES, backOffMs, longestBackOffMs: backOffMs }), failed(message));
    };
    /** The event that tells of a dead letter. */
    const tellBuried = async () => {
      await writer.submit(recordDeadLetter<Toy>('order'), failed({ topic: 'foreign', key: 'k', value: '', headers: {} }));
      return (await store.writing.readEvents('one', 0, 10)) as [StoredEvent];
    };
    const toRetry = async (limit: number) => (await store.messages.dueParked(limit)).map(({ head }) => head);
    const dueKeys = async () => (await store.messages.dueParked(10)).map(({ key, head }) => [key, head.position]);

    test.each(['', ' ', 'a\nb', 'Ключ 🗝️ ', "'; drop table events; --", '\0', '🦀'.repeat(350)])(
      'a foreign message with any key (%#) can be parked, can become a dead letter, and is read back unchanged',
      async (key) => {
        const message = { topic: `foreign.${'t'.repeat(240)}`, key, value: `not JSON: ${key} \\`, headers: { 'ce_id': key, '☃': 'x'.repeat(5000) } };
        await writer.submit(park<Toy>(DUE), failed(message));
        await writer.submit(park<Toy>(RULES), failed({ ...message, key: `${key} ` }));
        await writer.submit(recordDeadLetter<Toy>('order'), failed(message));
        const parked = await store.messages.parked(null, 10);
        expect(parked.map(({ key: one, messages }) => [one, messages.length])).toEqual([[key, 1], [`${key} `, 1]]);
        expect(parked[0]?.messages[0]?.topic).toEqual(message.topic);
        expect((await toRetry(10)).map((head) => head.message)).toEqual([message]);
        expect((await store.messages.deadLetters(null, 10)).map((letter) => letter.message)).toEqual([message]);
        expect((await store.writing.readEvents('one', 0, 10)).map((event) => event.key)).toEqual([key]);
      },
    );

    test.each([undefined, { key: 'a/8=' }, { value: '/w==' }, { value: '/w==', headers: [{ name: 'eA==', value: '/w==' }] }])(
      'parts of a message that are not text are kept byte by byte (%j)',
      async (binary) => {
        const message = { topic: 'order.created', key: 'k', value: '\uFFFD', headers: { x: '\uFFFD' }, ...(binary && { binary }) };
        await writer.submit(park<Toy>(DUE), failed(message));
        await writer.submit(recordDeadLetter<Toy>('order'), failed(message));
        expect((await toRetry(10)).map((head) => head.message)).toEqual([message]);
        expect((await store.messages.deadLetters(null, 10)).map((letter) => letter.message)).toEqual([message]);
      },
    );

    test('a message with a far longer key and correlation id than ours can still become a dead letter', async () => {
      const message = { topic: 'order.created', key: 'k'.repeat(10_000), value: '', headers: {} };
      await writer.submit(recordDeadLetter<Toy>('order'), failed(message), { cause: { correlationId: 'c'.repeat(5000), causationId: 'd'.repeat(5000), traceparent: null } });
      expect((await store.messages.deadLetters(null, 10)).map((letter) => letter.message)).toEqual([message]);
    });

    test('an event set aside twice is one dead letter, and its resolution stays', async () => {
      const [event] = await tellBuried();
      const unsent = { event, message: { topic: event.type, key: event.key, value: event.data, headers: {} }, cause: 'too large' };
      await Promise.all([1, 2].map(() => writer.submit(setAside<Toy>('order'), unsent)));
      await writer.submit(sentAgain<Toy>(), { id: event.id, actor: 'me' });
      await writer.submit(setAside<Toy>('order'), unsent);
      expect(await store.messages.deadLetter(event.id)).toMatchObject({ kind: 'unsent', status: 'redriven', message: unsent.message });
      // It tells of a dead letter itself: no other tells of that.
      expect(await store.writing.readEvents('one', 0, 10)).toEqual([event]);
    });

    test('dead letters are found by kind, status, topic, key and beginning of their cause, page by page, and by all of these together', async () => {
      const letter = async (topic: string, key: string, cause: string) => {
        await writer.submit(recordDeadLetter<Toy>('order'), { message: { topic, key, value: '', headers: {} }, cause, attempts: 1 });
        return (await store.messages.deadLetters(null, 1))[0]?.id ?? '';
      };
      const long = 'k'.repeat(300);
      const [a, b, c, d] = [
        await letter('order.created', 'one', 'the value is not JSON'),
        await letter('order.created', 'two', 'the value is not a value'),
        await letter('order.cancelled', long, 'There is no 100% such order_'),
        await letter('order.cancelled', `${long} `, 'the value is not JSON'),
      ];
      const [event] = (await store.writing.readEvents('one', 0, 1)) as [StoredEvent];
      await writer.submit(setAside<Toy>('order'), { event, message: { topic: event.type, key: 'one', value: '', headers: {} }, cause: 'too large' });
      await writer.submit(discard<Toy>(), { id: b, actor: 'me', reason: 'seen' });
      const found = async (which: LetterFilter, before: string | null = null) =>
        (await store.messages.deadLetters(before, 10, which)).map(({ id }) => id).toSorted();
      const ids = (...some: string[]) => some.toSorted();
      expect(await found({ kind: 'unsent' })).toEqual([event.id]);
      expect(await found({ kind: 'unhandled' })).toEqual(ids(a, b, c, d));
      expect(await found({ status: 'discarded' })).toEqual([b]);
      expect(await found({ topic: 'order.created' })).toEqual(ids(a, b));
      expect(await found({ topic: 'order' })).toEqual([]);
      expect(await found({ key: 'one' })).toEqual(ids(a, event.id));
      expect(await found({ key: long })).toEqual([c]);
      expect(await found({ cause: 'the value is not' })).toEqual(ids(a, b, d));
      expect(await found({ cause: 'the value is not JSON' })).toEqual(ids(a, d));
      expect(await found({ cause: 'There is no 100%' })).toEqual([c]);
      expect(await found({ cause: '%' })).toEqual([]);
      expect(await found({ cause: 'there' })).toEqual([]);
      expect(await found({ status: 'dead', topic: 'order.created', key: 'one', cause: 'the', kind: 'unhandled' })).toEqual([a]);
      expect(await found({ cause: 'the value' }, d)).toEqual(ids(a, b));
    });

    test('only the head of each key becomes due, the longest waiting first', async () => {
      await parkNow('late', 3_600_000);
      await parkNow('late', -5000);
      await parkNow('second', -1000);
      await parkNow('first', -2000);
      await parkNow('first', -9000);
      expect(await dueKeys()).toEqual([['first', 1], ['second', 1]]);
      expect(await store.messages.dueParked(1)).toHaveLength(1);
    });

    test('a failed try is recorded with the head, and the messages behind it stay unchanged', async () => {
      const messages = ['one', 'two', 'three'].map((value) => ({ topic: 'order.created', key: 'k', value, headers: { ce_id: value } }));
      for (const message of messages) await writer.submit(park<Toy>(DUE), failed(message));
      const [head] = await toRetry(10);
      if (head === undefined) throw new Error('none is due');
      const again = { key: 'k', position: head.position, message: head.message, cause: 'not yet', isForGood: false };
      expect(await writer.submit(recordFailure<Toy>('order', DUE), again)).toBe('failed');
      const [tried] = await toRetry(10);
      expect(tried).toMatchObject({ message: messages[0], attempts: head.attempts + 1, cause: 'not yet', firstFailedAt: head.firstFailedAt });
      expect(await writer.submit(recordFailure<Toy>('order', DUE), { ...again, isForGood: true })).toBe('dead');
      const [letter] = await store.messages.deadLetters(null, 10);
      expect(letter).toMatchObject({ message: messages[0], cause: 'not yet' });
      expect(await toRetry(10)).toEqual([expect.objectContaining({ position: head.position + 1, message: messages[1] })]);
      expect((await store.messages.parked(null, 10)).map(({ messages: waiting }) => waiting.length)).toEqual([2]);
    });

    test('large messages are read few at a time to be sent and retried, and are measured without being read', async () => {
      const large = 'x'.repeat(700_000);
      for (let at = 0; at < 8; at += 1) {
        const message = { topic: 'order.created', key: `key ${at}`, value: large, headers: { ce_id: String(at) } };
        await writer.submit(park<Toy>({ ...DUE, backOffMs: at - 1000 }), failed(message));
        await writer.submit(recordDeadLetter<Toy>('order'), failed(message));
        await writer.submit(tell, { account: `account ${at}`, bytes: 700_000 });
      }
      expect((await toRetry(10)).map(({ message }) => message.key)).toEqual(['key 0']);
      const sizes = (await store.messages.deadLetterSizes(null, 3)).map(({ size }) => Math.round(size / 100_000));
      expect(sizes).toEqual([7, 7, 7]);
      const read: StoredEvent[] = [];
      for (let some: readonly StoredEvent[] = []; read.length === 0 || some.length > 0; read.push(...some)) {
        some = await store.writing.readEvents('one', read.at(-1)?.seq ?? 0, 100);
        expect(some.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(EVENTS_SIZE);
        if (some.length === 0) break;
      }
      expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    });

    test('how dead letters failed is told of a status, newest first, whatever their causes hold', async () => {
      const causes = ['', ' ', 'a\nb', "'; drop table dead_letters; --", '"quoted" \\ /', 'nul \0 in it', 'Причина 🗝️', '$where', 'x'.repeat(5000)];
      const letter = async (topic: string, cause: string) => {
        await writer.submit(recordDeadLetter<Toy>('order'), { message: { topic, key: 'k', value: 'v'.repeat(10_000), headers: {} }, cause, attempts: 1 });
        return (await store.messages.deadLetters(null, 1))[0];
      };
      const letters = [];
      for (const cause of causes) letters.push(await letter(`topic of ${cause.slice(0, 20)}`, cause));
      const told = letters.toReversed().map((one) => ({ kind: 'unhandled' as const, topic: one?.message.topic ?? '', cause: one?.cause ?? '', lastFailedAt: one?.lastFailedAt ?? 0 }));
      expect(told.map(({ cause }) => cause).toReversed()).toEqual(causes.map((cause) => cause.slice(0, 2000)));
      expect(await store.messages.letterFailures('dead', 100)).toEqual(told);
      expect(await store.messages.letterFailures('dead', 2)).toEqual(told.slice(0, 2));
      await writer.submit(discard<Toy>(), { id: letters[0]?.id ?? '', actor: 'me', reason: 'seen' });
      expect(await store.messages.letterFailures('dead', 100)).toEqual(told.slice(0, -1));
      expect(await store.messages.letterFailures('discarded', 100)).toEqual(told.slice(-1));
      expect(await store.messages.letterFailures('redriven', 100)).toEqual([]);
    });

    test('the head of a parked key becomes due at once, as often as it is asked for; the messages behind it stay as they are', async () => {
      for (const key of ['k', 'k ', 'K']) {
        await parkNow(key, 3_600_000);
        await parkNow(key, 7_200_000);
      }
      const before = await store.messages.parked(null, 10);
      expect(await dueKeys()).toEqual([]);
      for (let times = 0; times < 2; times += 1) expect(await writer.submit(retryNow<Toy>(), 'k')).toBe(true);
      expect(await dueKeys()).toEqual([['k', 1]]);
      const after = await store.messages.parked(null, 10);
      const others = (all: typeof after) => all.flatMap(({ key, messages }) => messages.filter(({ position }) => key !== 'k' || position > 1));
      expect(others(after)).toEqual(others(before));
      const [was, is] = [before, after].map((all) => all.find(({ key }) => key === 'k')?.messages[0]);
      expect(is).toEqual({ ...was, nextAttemptAt: is?.nextAttemptAt } as typeof is);
      expect(await writer.submit(retryNow<Toy>(), 'nobody')).toBe(false);
    });

    test('events that are not in the log are counted in all lanes but one', async () => {
      expect(await store.messages.unsentBesides('one')).toBe(0);
      await writer.submit(tell, { account: 'a', bytes: 1 });
      await writer.submit(tell, { account: 'a', bytes: 1 });
      expect(await store.messages.unsentBesides('two')).toBe(2);
      expect(await store.messages.unsentBesides('one')).toBe(0);
    });

    test('parked messages are counted by key, dead letters by status', async () => {
      expect(await store.messages.counts()).toEqual({ parkedKeys: 0, deadLetters: { dead: 0, redriven: 0, discarded: 0 } });
      for (const key of ['one', 'two', 'two', 'two']) await parkNow(key, 3_600_000);
      for (const key of ['three', 'four', 'four']) {
        await writer.submit(recordDeadLetter<Toy>('order'), failed({ topic: 'order.created', key, value: '{}', headers: {} }));
      }
      const [letter] = await store.messages.deadLetters(null, 1);
      await writer.submit(discard<Toy>(), { id: letter?.id ?? '', actor: 'me', reason: 'a test' });
      expect(await store.messages.counts()).toEqual({ parkedKeys: 2, deadLetters: { dead: 2, redriven: 0, discarded: 1 } });
    });
  });
}
