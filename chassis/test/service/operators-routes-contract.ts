import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { DeadLetterGroups, DeadLetterStatus, OpsCounts, RedriveTrial } from '@souk/contracts/http/ops';
import { toLogMessage } from '@souk/contracts/log-message';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { recordDeadLetter } from '../../src/engine/messaging/dead-letter.ts';
import type { MessageHandler } from '../../src/engine/messaging/message-handlers.ts';
import { setAside } from '../../src/engine/messaging/outgoing.ts';
import { park } from '../../src/engine/messaging/parking.ts';
import type { StoredEvent } from '../../src/engine/writer/writer-store.ts';
import { newId } from '../../src/ids.ts';
import type { LogMessage } from '../../src/log/event-log.ts';
import { MESSAGE_LIMIT } from '../../src/log/message-limits.ts';
import { deadLetterRoutes } from '../../src/service/dead-letter-routes.ts';
import { opsRoutes } from '../../src/service/ops-routes.ts';
import { recordedLog, type RecordedLog } from '../../src/testing/recorded-log.ts';
import { until } from '../../src/testing/until.ts';
import type { OpenToyStore, ToyCollections } from '../engine/writer/toy-store.ts';
import { tell, type Toy } from '../engine/writer/toy-use-cases.ts';
import { bearer, codeOf, problemOf, type Shop, shop } from '../web/shop.ts';

/** A handler's behaviour with a user. `twice`: it changes something only the first time. */
type Behaviour = 'count' | 'twice' | 'anomaly' | 'throw' | 'too large' | 'task';

/** The operators' routes about dead letters and parked keys, with every store. */
export function describeOperatorsRoutes(engine: string, open: () => Promise<OpenToyStore>): void {
  describe(`operators' routes on ${engine}`, () => {
    let opened: OpenToyStore;
    let log: RecordedLog;
    let service: Engine<ToyCollections, string>;
    let app: Shop;
    let staff: { authorization: string };
    let behaviour: Behaviour;
    let tasks: string[];

    const countArrival: MessageHandler<Toy, EventEnvelope<'user.registered'>, string> = {
      name: 'count arrival',
      keys: ({ data }) => ({ accounts: [data.userId] }),
      decide({ data: { userId } }, world, context) {
        const before = world.get('accounts', userId);
        switch (behaviour) {
          case 'twice':
          case 'count':
            if (behaviour === 'twice' && before !== undefined) return { answer: undefined, puts: { accounts: [] } };
            return { ...tell.decide({ account: userId, bytes: 1 }, world, context), answer: undefined };
          case 'task':
            return { ...tell.decide({ account: userId, bytes: 1 }, world, context), answer: undefined, tasks: [userId] };
          case 'too large':
            return { ...tell.decide({ account: userId, bytes: MESSAGE_LIMIT }, world, context), answer: undefined };
          case 'anomaly':
            return { answer: undefined, anomaly: `nobody expected ${userId}` };
          case 'throw':
            throw new Error('<b>"no"</b> \0 🦀');
          default:
            throw new Error(`unknown behaviour ${String(behaviour satisfies never)}`);
        }
      },
    };

    beforeEach(async () => {
      opened = await open();
      log = recordedLog();
      log.subscribe = async () => ({ close: async () => undefined });
      tasks = [];
      behaviour = 'count';
      service = createEngine<ToyCollections, string>({
        name: 'user',
        instance: 'one',
        store: opened.store,
        log,
        handlers: { 'user.registered': countArrival },
        runTask: async (task) => void tasks.push(task),
        paceMs: 0,
        report: () => undefined,
      });
      await service.start();
      app = shop({ routes: [opsRoutes(service, opened.store.messages), deadLetterRoutes('user', service, opened.store.messages)] });
      staff = await bearer('staff');
    });
    afterEach(async () => {
      await service.close();
      await opened.dispose();
    });

    const ask = (method: string, path: string, body?: object) => app.send(method, path, { headers: staff, ...(body && { body }) });
    /** The body of an answer that has to be 200. */
    const bodyOf = async (method: string, path: string): Promise<unknown> => {
      const { status, text, body } = await ask(method, path);
      if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
      return body;
    };
    const letterOf = async (message: LogMessage, cause = 'it failed'): Promise<string> => {
      await service.execute(recordDeadLetter<Toy>('user'), { message, cause, attempts: 1 });
      return (await opened.store.messages.deadLetters(null, 1))[0]?.id ?? '';
    };
    const unsentLetter = async (bytes: number): Promise<string> => {
      const event = { id: newId() } as StoredEvent;
      const message = { topic: 'user.updated', key: 'k', value: 'x'.repeat(bytes), headers: {} };
      await service.execute(setAside<Toy>('user'), { event, message, cause: 'too large' });
      return event.id;
    };
    const tryIt = async (id: string) => (await bodyOf('POST', `/ops/dead-letters/${id}/try`)) as RedriveTrial;
    const redriveIt = async (id: string) => (await bodyOf('POST', `/ops/dead-letters/${id}/redrive`)) as DeadLetterStatus;
    /** All that a decision could have changed. */
    const stored = async () => ({
      accounts: await opened.store.accounts(),
      letters: await opened.store.messages.deadLetters(null, 100),
      events: await opened.store.writing.readEvents('one', 0, 100),
      tasks: [...tasks],
    });

    describe('a try', () => {
      const trials: readonly (readonly [Behaviour, RedriveTrial['outcome'], string | null])[] = [
        ['count', 'applied', null],
        ['task', 'applied', null],
        ['twice', 'applied', null],
        ['anomaly', 'fails', 'nobody expected'],
        ['throw', 'fails', 'Error: <b>"no"</b> \0 🦀'],
        ['too large', 'fails', 'EventTooLargeError'],
      ];
      test.each(trials)('of a message that its handler would %s: %s (%j), as often as it is asked for, and nothing is changed', async (how, outcome, cause) => {
        behaviour = how;
        const id = await letterOf(arrival(newId()));
        const before = await stored();
        const both = [await tryIt(id), ...(await Promise.all([tryIt(id), tryIt(id)]))];
        for (const trial of both) expect(trial).toEqual({ outcome, cause: cause === null ? null : expect.stringContaining(cause) });
        expect(await stored()).toEqual(before);
      });

      test('tells what the redrive then does', async () => {
        const user = newId();
        const [first, second] = [await letterOf(arrival(user)), await letterOf(arrival(user))];
        behaviour = 'twice';
        for (const [id, outcome] of [[first, 'applied'], [second, 'already_applied']] as const) {
          expect(await tryIt(id)).toEqual({ outcome, cause: null });
          expect(await redriveIt(id)).toMatchObject({ id, status: 'redriven', resolution: outcome });
          expect(await opened.store.messages.deadLetter(id)).toMatchObject({ status: 'redriven', resolution: outcome });
        }
        expect(await opened.store.accounts()).toMatchObject([{ id: user, total: 1 }]);
      });

      test('runs no task, and the redrive does', async () => {
        behaviour = 'task';
        const user = newId();
        const id = await letterOf(arrival(user));
        await tryIt(id);
        expect(tasks).toEqual([]);
        await redriveIt(id);
        expect(tasks).toEqual([user]);
      });

      const unreadable: readonly (readonly [string, LogMessage, string])[] = [
        ['cannot be read', { ...arrival(newId()), value: '{"no' }, 'the value is not JSON'],
        ['is not text', { ...arrival(newId()), binary: { value: '/w==' } }, 'the value is not UTF-8'],
        ['nobody here handles', { ...arrival(newId()), topic: 'order.created' }, ''],
        ['has a topic that is none', { topic: "x'; --", key: '\0', value: '', headers: {} }, ''],
      ];
      test.each(unreadable)('of a message that %s fails, and so does its redrive', async (_, message, cause) => {
        const id = await letterOf(message);
        expect(await tryIt(id)).toEqual({ outcome: 'fails', cause: expect.stringContaining(cause) });
        expect((await ask('POST', `/ops/dead-letters/${id}/redrive`)).status).toBe(409);
        expect(await opened.store.messages.deadLetter(id)).toMatchObject({ status: 'dead', resolution: null });
      });

      test('of an unsent event looks at its size, and sends nothing', async () => {
        const [small, large] = [await unsentLetter(10), await unsentLetter(MESSAGE_LIMIT)];
        await until('the announcements are sent', () => service.backlog() === 0);
        const before = log.sent.length;
        expect(await tryIt(small)).toEqual({ outcome: 'sent', cause: null });
        expect(await tryIt(large)).toEqual({ outcome: 'fails', cause: expect.stringContaining(`bytes exceed the limit of ${MESSAGE_LIMIT}`) });
        expect(log.sent.length).toBe(before);
        expect(await redriveIt(small)).toMatchObject({ status: 'redriven', resolution: 'sent' });
        expect(log.sent.at(-1)).toMatchObject({ topic: 'user.updated', value: 'x'.repeat(10) });
        expect(problemOf(await ask('POST', `/ops/dead-letters/${large}/redrive`)).detail).toContain('still refuses');
      });

      test('of no letter is 404, of one that was resolved 409, whatever its message is like', async () => {
        expect(codeOf(await ask('POST', `/ops/dead-letters/${newId()}/try`))).toBe('not-found');
        expect(codeOf(await ask('POST', '/ops/dead-letters/x/try'))).toBe('not-found');
        for (const id of [await letterOf(arrival(newId())), await letterOf({ ...arrival(newId()), value: '' }), await unsentLetter(1)]) {
          await ask('POST', `/ops/dead-letters/${id}/discard`, { reason: 'applied' });
          for (const verb of ['try', 'redrive']) {
            const answer = await ask('POST', `/ops/dead-letters/${id}/${verb}`);
            expect([answer.status, problemOf(answer).detail]).toEqual([409, expect.stringContaining('was discarded before')]);
          }
          expect(await opened.store.messages.deadLetter(id)).toMatchObject({ status: 'discarded', resolution: 'applied' });
        }
      });
    });

    test('a redrive asked for twice at once is carried out once', async () => {
      const user = newId();
      const id = await letterOf(arrival(user));
      const answers = await Promise.all([1, 2, 3].map(() => ask('POST', `/ops/dead-letters/${id}/redrive`)));
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409', '409']);
      expect(await opened.store.accounts()).toMatchObject([{ id: user, total: 1 }]);
    });

    test('who tried, redrove or retried is in the line of the request, with the key of the message', async () => {
      const id = await letterOf(arrival('k'.repeat(36)));
      await tryIt(id);
      await parkNow('it\'s "parked"');
      await ask('POST', `/ops/parked/${encodeURIComponent('it\'s "parked"')}/retry`);
      const lines = app.logged().trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.find(({ route }) => route === '/ops/dead-letters/:id/try')).toMatchObject({ key: 'k'.repeat(36), topic: 'user.registered', userId: expect.any(String) });
      expect(lines.find(({ route }) => route === '/ops/parked/:key/retry')).toMatchObject({ key: 'it\'s "parked"', userId: expect.any(String) });
    });

    test('letters that failed alike are one group, which each of them names', async () => {
      const hostile = `user 'x"; drop table dead_letters; -- \0 <script> ${'🦀'.repeat(1500)}`;
      for (const cause of [`no user ${newId()}, try 1`, hostile, `no user ${newId()}, try 22`]) await letterOf(arrival(newId()), cause);
      const discarded = await letterOf(arrival(newId()), 'no user 7');
      await ask('POST', `/ops/dead-letters/${discarded}/discard`, { reason: 'seen' });
      await unsentLetter(1);
      const { items, more } = (await bodyOf('GET', '/ops/dead-letters/groups')) as DeadLetterGroups;
      expect([more, items.map(({ kind, count }) => [kind, count])]).toEqual([false, [['unhandled', 2], ['unsent', 1], ['unhandled', 1]]]);
      expect(items[0]).toMatchObject({ cause: 'no user …, try …', topic: 'user.registered' });
      const letters = ((await bodyOf('GET', '/ops/dead-letters?status=dead')) as { items: DeadLetterStatus[] }).items;
      const counts = new Map([...Map.groupBy(letters, ({ group }) => group)].map(([group, some]) => [group, some.length]));
      expect(new Map(items.map(({ group, count }) => [group, count]))).toEqual(counts);
      expect(((await bodyOf('GET', '/ops/dead-letters/groups?status=discarded')) as DeadLetterGroups).items).toMatchObject([{ count: 1, cause: 'no user …' }]);
      expect(await bodyOf('GET', '/ops/dead-letters/groups?status=redriven')).toEqual({ items: [], more: false });
      expect(codeOf(await ask('GET', '/ops/dead-letters/groups?status=deed'))).toBe('validation');
    });

    test('what waits or was given up is counted, unsent events in all lanes', async () => {
      const gone = createEngine<ToyCollections, string>({ name: 'user', instance: 'gone', store: opened.again(), log: { ...log, send: () => Promise.reject(new Error('away')) }, handlers: {}, paceMs: 0, report: () => undefined });
      await gone.start();
      await gone.execute(tell, { account: 'a', bytes: 1 });
      await gone.execute(tell, { account: 'b', bytes: 1 });
      await letterOf(arrival(newId()));
      await parkNow('one');
      await until('its own events are sent', () => service.backlog() === 0);
      const counts = (await bodyOf('GET', '/ops/counts')) as OpsCounts;
      await gone.close();
      expect(counts).toEqual({ parkedKeys: 1, deadLetters: { dead: 1, redriven: 0, discarded: 0 }, unsent: 2 });
    }, 20_000);

    const parkNow = (key: string) =>
      service.execute(park<Toy>({ firstAttempts: 1, attempts: 10, backOffMs: 3_600_000, longestBackOffMs: 3_600_000 }), { message: { ...arrival(newId()), key }, cause: 'not yet', attempts: 1 });

    const keys = ['k', ' ', 'a/b', '../../etc', 'a%2Fb', '%', 'a?b#c', "'; drop table parked_messages; --", '"quoted" \\', 'nul \0', '\n', 'Ключ 🗝️', '<img src=x>', '{key}', 'a+b;c=d', 'k'.repeat(699)];
    test('a parked key with any characters is tried again at once, and no other, as often as it is asked for', async () => {
      const retry = (key: string) => ask('POST', `/ops/parked/${encodeURIComponent(key)}/retry`);
      for (const key of keys) expect([key, codeOf(await retry(key))]).toEqual([key, 'not-found']);
      for (const key of keys) await Promise.all([parkNow(key), parkNow(`${key}.`)]);
      for (const key of [...keys, ...keys]) expect([key, await retry(key)]).toMatchObject([key, { status: 204, text: '' }]);
      const tried = await until('the retry job has come by', async () => {
        const all = await opened.store.messages.parked(null, 100);
        const again = all.filter(({ messages: [head] }) => (head?.attempts ?? 0) > 1).map(({ key }) => key);
        return again.length >= keys.length ? again : undefined;
      });
      expect(tried.toSorted()).toEqual(keys.toSorted());
    }, 20_000);

    test('an id in capitals is the key in small letters, where no other has it', async () => {
      const id = newId();
      await parkNow(id);
      expect((await ask('POST', `/ops/parked/${id.toUpperCase()}/retry`)).status).toBe(204);
    });

    test('a key of 10,000 characters is looked for, and one that is no text is refused', async () => {
      expect(codeOf(await ask('POST', `/ops/parked/${'k'.repeat(10_000)}/retry`))).toBe('not-found');
      expect((await ask('POST', '/ops/parked/%FF/retry')).status).toBeGreaterThanOrEqual(400);
      expect((await ask('POST', '/ops/parked//retry')).status).toBe(404);
    });

    test('only staff may', async () => {
      const customer = await bearer('customer');
      for (const [method, path] of [['GET', 'counts'], ['GET', 'dead-letters/groups'], ['POST', `dead-letters/${newId()}/try`], ['POST', 'parked/k/retry']] as const) {
        expect((await app.send(method, `/ops/${path}`)).status).toBe(401);
        expect((await app.send(method, `/ops/${path}`, { headers: customer })).status).toBe(403);
      }
    });
  });
}

function arrival(userId: string): LogMessage {
  const at = new Date().toISOString();
  const about = { id: newId(), type: 'user.registered', source: '/souk/user', time: at, subject: userId, correlationId: userId, causationId: null } as const;
  return toLogMessage({ ...about, schemaVersion: 1, aggregateVersion: 1, traceparent: null, data: { userId, registeredAt: at } });
}
