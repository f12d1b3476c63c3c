import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type LogMessage, toLogMessage } from '@souk/contracts/log-message';
import { type EventData, withPartitions } from '@souk/contracts/topics';
import type { Principal } from '../../../src/web/sign-in/principal.ts';
import { newId } from '../../../src/ids.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../../src/log/embedded/embedded-log.ts';
import { type EndedAccess, forgetEndedAccess, LONGEST_TRANSACTION_MS } from '../../../src/engine/ended-access.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/run-engine.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { until } from '../../../src/testing/until.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import type { OpenToyStore, ToyCollections, ToyStore } from '../writer/toy-store.ts';
import type { Toy } from '../writer/toy-use-cases.ts';

const MINUTE_MS = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** As if it had been stored then. */
const store: UseCase<Toy, EndedAccess, void> = {
  name: 'store',
  keys: ({ id }) => ({ endedAccess: [id] }),
  decide: (ending) => ({ answer: undefined, puts: { endedAccess: [ending] } }),
};

/** Whose tokens a service refuses, with every store. */
export function describeEndedAccess(engine: string, open: () => Promise<OpenToyStore>): void {
  describe(`ended access on ${engine}`, () => {
    let folder: TemporaryFolder;
    let log: EmbeddedLog;
    let opened: OpenToyStore;
    let running: Engine<ToyCollections>[];
    let user: string;
    let session: string;

    beforeEach(async () => {
      folder = temporaryFolder();
      log = openEmbeddedLog({ path: join(folder.path, 'log.db'), topics: withPartitions() });
      opened = await open();
      running = [];
      [user, session] = [newId(), newId()];
    });
    afterEach(async () => {
      for (const service of running) await service.close();
      await opened.dispose();
      await log.close();
      folder.remove();
    });

    async function started(instance: string, through: ToyStore = opened.store, handlers: EngineOptions<ToyCollections, never>['handlers'] = {}): Promise<Engine<ToyCollections>> {
      const service = createEngine<ToyCollections>({ name: 'product', instance, store: through, log, handlers, paceMs: 0, report: () => undefined });
      await service.start();
      running.push(service);
      return service;
    }

    const bearer = (generation: number, sessionId = session): Principal => ({ userId: user, sessionId, generation, roles: [] });
    const ended = (data: Partial<EventData<'user.access_changed'>>) =>
      log.send([message('user.access_changed', user, { userId: user, changedAt: ago(0), ...data })]);
    const heard = (service: Engine<ToyCollections>, token: Principal) => until('it is refused', () => service.hasEnded(token));

    test("every replica refuses the user's older tokens, also one that got no message; newer tokens are valid", async () => {
      const replicas = [await started('one'), await started('two', opened.again())];
      expect(replicas.map((each) => each.hasEnded(bearer(1)))).toEqual([false, false]);
      await ended({ generation: 2 });
      for (const each of replicas) {
        await heard(each, bearer(1));
        expect([each.hasEnded(bearer(2)), each.hasEnded({ ...bearer(1), userId: newId() })]).toEqual([false, false]);
      }
    });

    test('the process that stores ended access knows it before it answers, without reading', async () => {
      const never = { ...opened.store, endedAccess: { ...opened.store.endedAccess, since: async () => [] } };
      const service = await started('one', never);
      await service.execute(store, { id: session, generation: null, kept: null, at: Date.now() });
      expect([service.hasEnded(bearer(1)), service.hasEnded(bearer(1, newId()))]).toEqual([true, false]);
    });

    test('ended access stored by a slow transaction is found although a later one was found before', async () => {
      const [one, two] = [await started('one'), await started('two', opened.again())];
      await two.execute(store, { id: newId(), generation: 2, kept: null, at: Date.now() });
      const stored = { id: user, generation: 2, kept: null, at: Date.now() - LONGEST_TRANSACTION_MS + 5000 };
      await two.execute(store, stored);
      await heard(one, bearer(1));
    });

    test('access ends at once although an earlier message about the user is parked', async () => {
      const fails: UseCase<Toy, unknown, void> = { name: 'fails', keys: () => ({}), decide: () => { throw new Error('not yet'); } };
      const service = await started('one', opened.store, { 'user.updated': fails });
      await log.send([message('user.updated', user, { userId: user, updatedAt: ago(0) })]);
      await until('it waits', async () => (await opened.store.messages.parked(null, 1)).length === 1);
      await ended({ generation: 2 });
      await heard(service, bearer(1));
      expect(service.hasEnded(bearer(2))).toBe(false);
    });

    test('the end of a session ends only its own tokens', async () => {
      const service = await started('one');
      await ended({ sessionId: session });
      await heard(service, bearer(7));
      expect(service.hasEnded(bearer(1, newId()))).toBe(false);
    });

    test('the session that is kept stays valid from its generation on', async () => {
      const service = await started('one');
      await ended({ generation: 3, kept: { sessionId: session, generation: 2 } });
      await heard(service, bearer(2, newId()));
      expect([1, 2, 3].map((generation) => service.hasEnded(bearer(generation)))).toEqual([true, false, false]);
    });

    test('an added role ends no access', async () => {
      const service = await started('one');
      await ended({ roles: ['customer', 'staff'] });
      const last = newId();
      await ended({ sessionId: last });
      await heard(service, bearer(1, last));
      expect(service.hasEnded(bearer(1))).toBe(false);
    });

    test('the latest end holds, in whatever order and however often the events arrive', async () => {
      const service = await started('one');
      await ended({ generation: 3 });
      await ended({ generation: 2, kept: { sessionId: session, generation: 1 } });
      await ended({ generation: 3 });
      await log.send([message('user.deleted', user, { userId: user, deletedAt: ago(0) })]);
      await heard(service, bearer(9));
      await ended({ generation: 4 });
      const last = newId();
      await ended({ sessionId: last });
      await heard(service, bearer(9, last));
      expect(service.hasEnded(bearer(9))).toBe(true);
    });

    test('a restarted process still knows of ended access', async () => {
      const service = await started('one');
      await ended({ generation: 2 });
      await heard(service, bearer(1));
      await service.close();
      running = [];
      expect((await started('one')).hasEnded(bearer(1))).toBe(true);
    });

    test('ended access is not kept once all its tokens have expired', async () => {
      const service = await started('one');
      const now = Date.now();
      const [old, young] = [newId(), newId()];
      for (const [id, age] of [[old, 21], [young, 19]] as const) {
        await service.execute(store, { id, generation: null, kept: null, at: now - age * MINUTE_MS });
      }
      const { endedAccess } = opened.store;
      expect(await endedAccess.olderThan(20 * MINUTE_MS, 10)).toEqual([old]);
      await service.execute(forgetEndedAccess<Toy>(), [old, young, newId()]);
      expect((await endedAccess.since(0)).map(({ id }) => id)).toEqual([young]);
      expect((await endedAccess.since(now - 19 * MINUTE_MS + 1)).map(({ id }) => id)).toEqual([]);

      await ended({ changedAt: ago(21 * MINUTE_MS), generation: 2 });
      await ended({ sessionId: session });
      await heard(service, bearer(1));
      expect((await endedAccess.since(0)).map(({ id }) => id)).toEqual([young, session]);
    });
  });
}

function message<T extends 'user.access_changed' | 'user.deleted' | 'user.updated'>(type: T, userId: string, data: EventData<T>): LogMessage {
  const id = newId();
  const about = { id, type, source: '/souk/user', time: ago(0), subject: userId, correlationId: userId, causationId: null };
  return toLogMessage({ ...about, schemaVersion: 1, aggregateVersion: 1, traceparent: null, data });
}
