import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type LogMessage, toLogMessage } from '@souk/contracts/log-message';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { withPartitions } from '@souk/contracts/topics';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import { RecentDeliveries } from '../../../src/engine/messaging/recent-deliveries.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import { newId } from '../../../src/ids.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../../src/log/embedded/embedded-log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { until } from '../../../src/testing/until.ts';
import { openSqliteToyStore, type OpenToyStore, type ToyCollections } from '../writer/toy-store.ts';
import type { Toy } from '../writer/toy-use-cases.ts';

const message = (key: string): LogMessage => ({ topic: 'user.registered', key, value: '{}', headers: {} });

describe('what is remembered of deliveries', () => {
  test('is how often a message came and what became of it, the last ten times', () => {
    const deliveries = new RecentDeliveries();
    for (let tries = 0; tries < 12; tries += 1) {
      deliveries.arrived(message('k'), 'a');
      deliveries.cameTo(message('k'), 'a', tries === 11 ? 'applied' : 'failed', tries === 11 ? undefined : `Error: try ${tries}`);
    }
    deliveries.cameTo(message('k'), 'b', 'ignored');
    const [a, b] = deliveries.of('k');
    expect(a).toMatchObject({ messageId: 'a', topic: 'user.registered', deliveries: 12 });
    expect(a?.outcomes.map(({ cause }) => cause)).toEqual([...Array.from({ length: 9 }, (_, at) => `Error: try ${at + 2}`), null]);
    expect(b).toMatchObject({ messageId: 'b', deliveries: 0, outcomes: [{ outcome: 'ignored' }] });
    expect(deliveries.of('other')).toEqual([]);
  });

  test('is the last 20 messages of a key', () => {
    const deliveries = new RecentDeliveries();
    for (let at = 1; at <= 30; at += 1) deliveries.arrived(message('k'), `m${at}`);
    expect(deliveries.of('k').map(({ messageId }) => messageId)).toEqual(Array.from({ length: 20 }, (_, at) => `m${at + 11}`));
  });

  test('is at least 5,000 keys and at most 10,000; one that is used again stays', () => {
    const deliveries = new RecentDeliveries();
    for (let at = 0; at < 30_000; at += 1) {
      deliveries.arrived(message(`k${at}`), 'a');
      if (at % 1000 === 0) deliveries.arrived(message('used'), 'a');
    }
    const known = Array.from({ length: 30_000 }, (_, at) => `k${at}`).filter((key) => deliveries.of(key).length > 0);
    expect(known.length).toBeGreaterThanOrEqual(5000);
    expect(known.length).toBeLessThanOrEqual(10_000);
    expect(known.at(-1)).toBe('k29999');
    expect(deliveries.of('used')).toMatchObject([{ deliveries: 30 }]);
  });

  test('of others is not forgotten for the sake of a busy key, of which little is remembered', () => {
    const deliveries = new RecentDeliveries();
    for (let at = 0; at < 40_000; at += 1) {
      deliveries.arrived(message('busy'), `m${at}`);
      deliveries.cameTo(message('busy'), `m${at}`, 'applied');
      deliveries.cameTo(message('failing'), 'a', 'failed', 'x'.repeat(500));
    }
    for (let at = 0; at < 4000; at += 1) {
      deliveries.arrived(message(`k${at}`), 'a');
      deliveries.arrived(message('busy'), 'a');
      deliveries.cameTo(message('failing'), 'a', 'failed', 'x'.repeat(500));
    }
    expect(Array.from({ length: 4000 }, (_, at) => deliveries.of(`k${at}`).length)).toEqual(Array.from({ length: 4000 }, () => 1));
  });

  test('takes no more than its room, however long the causes and ids are', () => {
    const deliveries = new RecentDeliveries();
    const cause = 'x'.repeat(100_000);
    for (let at = 0; at < 9000; at += 1) {
      for (let tries = 0; tries < 10; tries += 1) deliveries.cameTo(message(`k${at}`), `${at} ${'i'.repeat(10_000)}`, 'failed', cause);
    }
    const known = Array.from({ length: 9000 }, (_, at) => deliveries.of(`k${at}`)).filter((found) => found.length > 0);
    expect(known.length).toBeGreaterThan(300);
    expect(known.length).toBeLessThan(1000);
    expect(known[0]?.[0]?.outcomes[0]?.cause?.length).toBe(500);
    deliveries.arrived(message('k'.repeat(256)), 'a');
    expect(deliveries.of('k'.repeat(256))).toEqual([]);
  });
});

describe('the deliveries of an engine', () => {
  let folder: TemporaryFolder;
  let log: EmbeddedLog;
  let toy: OpenToyStore;
  let service: Engine<ToyCollections>;
  let fails: boolean;
  const user = newId();

  /** Greets every user once; fails while it is told to. */
  const greet: UseCase<Toy, EventEnvelope<'user.registered'>, void> = {
    name: 'greet',
    keys: ({ data }) => ({ accounts: [data.userId] }),
    decide({ data: { userId }, id }, world) {
      if (fails) throw new Error('not yet');
      if (id === forged) return { answer: undefined, anomaly: 'nobody expected this' };
      if (world.get('accounts', userId) !== undefined) return { answer: undefined, puts: {}, events: [] };
      return { answer: undefined, puts: { accounts: [{ id: userId, total: 1, version: 1 }] } };
    },
  };
  const forged = newId();

  beforeEach(async () => {
    folder = temporaryFolder();
    log = openEmbeddedLog({ path: join(folder.path, 'log.db'), topics: withPartitions() });
    toy = await openSqliteToyStore();
    fails = false;
    service = createEngine<ToyCollections>({
      name: 'user',
      instance: 'one',
      store: toy.store,
      log,
      handlers: { 'user.registered': greet },
      paceMs: 0,
      parking: { firstAttempts: 2, attempts: 100, backOffMs: 20, longestBackOffMs: 20 },
      report: () => undefined,
    });
    await service.start();
  });
  afterEach(async () => {
    await service.close();
    await toy.dispose();
    await log.close();
    folder.remove();
  });

  const registered = (id: string): LogMessage =>
    toLogMessage({ id, type: 'user.registered', source: '/souk/user', time: new Date().toISOString(), subject: user, schemaVersion: 1, correlationId: user, causationId: null, aggregateVersion: 1, traceparent: null, data: { userId: user, registeredAt: new Date().toISOString() } });
  const outcomesOf = (id: string) => service.deliveries.of(user).find(({ messageId }) => messageId === id)?.outcomes.map(({ outcome }) => outcome) ?? [];

  test('say that a message was applied once and ignored the second time', async () => {
    const id = newId();
    await log.send([registered(id), registered(id)]);
    await until('both came', () => outcomesOf(id).length === 2);
    expect(service.deliveries.of(user)).toMatchObject([{ messageId: id, topic: 'user.registered', deliveries: 2, outcomes: [{ outcome: 'applied', cause: null }, { outcome: 'ignored' }] }]);
  });

  test('say how often a message failed, that another waits behind it, and that both were applied or ignored at last', async () => {
    fails = true;
    const [first, second] = [newId(), newId()];
    await log.send([registered(first), registered(second)]);
    await until('the second waits', () => outcomesOf(second).length === 1);
    expect(outcomesOf(first).slice(0, 2)).toEqual(['failed', 'failed']);
    expect(service.deliveries.of(user)[0]?.outcomes[0]).toMatchObject({ cause: 'Error: not yet' });
    fails = false;
    await until('both are handled', () => outcomesOf(second).length === 2);
    expect([outcomesOf(first).at(-1), outcomesOf(second)]).toEqual(['applied', ['parked', 'ignored']]);
    expect(service.deliveries.of(user).map(({ deliveries }) => deliveries)).toEqual([1, 1]);
  });

  test('say that a message is a dead letter, and why', async () => {
    await log.send([registered(forged), { ...registered(newId()), headers: { ce_id: 'unreadable' } }]);
    await until('both are dead', () => outcomesOf(forged).length + outcomesOf('unreadable').length === 2);
    expect(service.deliveries.of(user).map(({ outcomes }) => outcomes)).toMatchObject([
      [{ outcome: 'dead', cause: 'nobody expected this' }],
      [{ outcome: 'dead', cause: expect.stringContaining('ce_') }],
    ]);
  });
});
