import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { withPartitions } from '@souk/contracts/topics';
import { toLogMessage } from '@souk/contracts/log-message';
import { newId } from '../../../src/ids.ts';
import { openEmbeddedLog, type EmbeddedLog } from '../../../src/log/embedded/embedded-log.ts';
import type { EventLog, LogMessage } from '../../../src/log/event-log.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import { redrive } from '../../../src/engine/messaging/dead-letter.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { until } from '../../../src/testing/until.ts';
import { KEYED_ANSWERS } from '../../../src/engine/writer/answer-key.ts';
import type { DecisionContext, UseCase } from '../../../src/engine/writer/use-case.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { openSqliteToyStore, type OpenToyStore, type ToyCollections } from '../writer/toy-store.ts';
import { deposit, type Toy } from '../writer/toy-use-cases.ts';

/** Counts arrivals per user. What it does with a user is up to the test. */
type Behaviour = (userId: string) => 'count' | 'anomaly' | 'throw';

describe('messages of an engine', () => {
  let folder: TemporaryFolder;
  let log: EmbeddedLog;
  let toy: OpenToyStore;
  let behaviour: Behaviour;
  let running: Engine<ToyCollections>[];
  let securityEvents: object[];

  beforeEach(async () => {
    folder = temporaryFolder();
    log = openEmbeddedLog({ path: join(folder.path, 'log.db'), topics: withPartitions() });
    toy = await openSqliteToyStore();
    behaviour = () => 'count';
    running = [];
    securityEvents = [];
  });
  afterEach(async () => {
    for (const service of running) await service.close();
    await toy.dispose();
    await log.close();
    folder.remove();
  });

  /** An account of its own: whoever changes an account gives it a version, and the versions of deposits are looked at. */
  const arrivalsOf = (userId: string) => `arrivals of ${userId}`;
  const countArrival: UseCase<Toy, EventEnvelope<'user.registered'>, void> = {
    name: 'countArrival',
    keys: ({ data }) => ({ accounts: [arrivalsOf(data.userId)] }),
    decide({ data: { userId } }, world) {
      const how = behaviour(userId);
      if (how === 'throw') throw new Error(`cannot count ${userId}`);
      if (how === 'anomaly') return { answer: undefined, anomaly: 'nobody expected this user' };
      const id = arrivalsOf(userId);
      const before = world.get('accounts', id) ?? { id, total: 0, version: 0 };
      return { answer: undefined, puts: { accounts: [{ ...before, total: before.total + 1, version: before.version + 1 }] } };
    },
  };

  async function startService(through: EventLog = log, instance = 'one', store = toy.store): Promise<Engine<ToyCollections>> {
    const service = createEngine<ToyCollections>({
      name: 'user',
      instance,
      store,
      log: through,
      handlers: { 'user.registered': countArrival },
      paceMs: 0,
      parking: { firstAttempts: 2, attempts: 4, backOffMs: 20, longestBackOffMs: 50 },
      report: broken,
      security: { tell: (name, { about, ...fields }) => void securityEvents.push({ name, isFound: about?.['key'] !== undefined, ...fields }) },
      trace: broken,
      meter: { expect: () => undefined, decidedAgain: broken, batchSettled: broken, messageSettled: broken, eventSetAside: broken },
    });
    await service.start();
    running.push(service);
    return service;
  }

  /** Whoever tells of what happens is a failure of its own. */
  const broken = (): never => {
    throw new Error('this cannot be told');
  };

  const totals = async () => new Map((await toy.store.accounts()).map(({ id, total }) => [id, total]));
  const dead = () => toy.store.messages.deadLetters(null, 100);

  test('events of decisions are sent once and in order', async () => {
    const service = await startService();
    const account = newId();
    for (const amount of [1, 2, 3]) await service.execute(deposit, { account, amount });
    await until('three have arrived', async () => (await totals()).get(arrivalsOf(account)) === 3);
    expect((await totals()).get(account)).toBe(6);
    const sent = [...log.records('user.registered')].map((record) => record.headers.ce_aggregateversion);
    expect(sent).toEqual(['1', '2', '3']);
  });

  test('a poison message becomes one dead letter with its original bytes, and the good ones around it are handled', async () => {
    await startService();
    const good = [newId(), newId()];
    const poison: LogMessage = { topic: 'user.registered', key: good[0] ?? '', value: '{"no', headers: { ce_id: 'x' } };
    await log.send([arrival(good[0]), poison, arrival(good[1])]);
    await until('two users and a dead letter', async () => (await totals()).size === 2 && (await dead()).length === 1);
    expect((await dead())[0]).toMatchObject({ message: poison, attempts: 1, status: 'dead' });
    const told = await until('the dead letter was told', () => [...log.records('user.dead_letter')][0]);
    expect(JSON.parse(told.value)).toMatchObject({ topic: poison.topic, value: '', cut: { value: { bytes: poison.value.length } } });
  });

  test('an anomaly becomes a dead letter and changes nothing; its redrive works once the cause is gone', async () => {
    const service = await startService();
    const user = newId();
    behaviour = () => 'anomaly';
    await log.send([arrival(user)]);
    const [letter] = await until('a dead letter', async () => (await dead()).length === 1 && dead());
    expect(letter).toMatchObject({ cause: 'nobody expected this user', attempts: 1 });
    expect(await totals()).toEqual(new Map());
    const event = { data: { userId: user } } as EventEnvelope<'user.registered'>;
    const again = { id: letter?.id ?? '', actor: 'me', event };
    expect(await service.execute(redrive(countArrival as never), again)).toMatchObject({ kind: 'still-dead' });
    behaviour = () => 'count';
    expect(await service.execute(redrive(countArrival as never), again)).toMatchObject({ kind: 'resolved' });
    expect(await service.execute(redrive(countArrival as never), again)).toMatchObject({ kind: 'resolved-before' });
    expect(await totals()).toEqual(new Map([[arrivalsOf(user), 1]]));
  });

  test('events of a redriven message have that message as their cause', () => {
    const event = { id: newId(), correlationId: 'order-1', traceparent: 'its trace', data: { userId: 'u' } } as EventEnvelope<'user.registered'>;
    const caused = { correlationId: 'order-1', causationId: event.id, traceparent: 'its trace' };
    let known: unknown;
    const asked = { ...countArrival, decide: (_event: unknown, _world: unknown, { cause }: DecisionContext) => ((known = cause), { answer: undefined }) };
    const letter = { id: 'letter', status: 'dead' };
    const world = { get: () => letter } as never;
    const context = { now: 0, newId, cause: { causationId: null, traceparent: 'of the request' }, answerForm: KEYED_ANSWERS } as const;
    const decision = redrive(asked as never).decide({ id: 'letter', actor: 'me', event }, world, context);
    expect([known, decision.cause]).toEqual([caused, caused]);
  });

  test('a handler that fails for one key parks only that key, in order, and catches up once the cause is gone', async () => {
    await startService();
    const [bad, good] = [newId(), newId()];
    behaviour = (user) => (user === bad ? 'throw' : 'count');
    await log.send([arrival(bad), arrival(good), arrival(bad), arrival(good)]);
    await until('both good ones', async () => (await totals()).get(arrivalsOf(good)) === 2);
    const parked = await until('two are parked', async () => (await toy.store.messages.parked(null, 10)).find(({ messages }) => messages.length === 2));
    expect(parked).toMatchObject({ key: bad, messages: [{ position: 1, cause: expect.stringContaining('cannot count') }, { position: 2 }] });
    behaviour = () => 'count';
    await until('both bad ones', async () => (await totals()).get(arrivalsOf(bad)) === 2);
    expect(await toy.store.messages.parked(null, 10)).toEqual([]);
    expect(await dead()).toEqual([]);
  });

  test('after its last try a message becomes a dead letter, and those that waited behind it go on', async () => {
    await startService();
    const user = newId();
    let failures = 0;
    // One message's worth of tries fails, whatever comes after it works.
    behaviour = () => ((failures += 1) <= 4 ? 'throw' : 'count');
    await log.send([arrival(user), arrival(user)]);
    await until('one dead letter, one counted', async () => (await dead()).length === 1 && (await totals()).get(arrivalsOf(user)) === 1);
    expect((await dead())[0]).toMatchObject({ attempts: 4, cause: expect.stringContaining('cannot count') });
    expect(await toy.store.messages.parked(null, 10)).toEqual([]);
  });

  test('events that could not be sent are sent when the log is back, in order', async () => {
    let away = true;
    const flaky: EventLog = { ...log, send: async (messages) => (away ? Promise.reject(new Error('the log is away')) : log.send(messages)) };
    const service = await startService(flaky);
    const account = newId();
    for (const amount of [1, 2]) await service.execute(deposit, { account, amount });
    expect(service.backlog()).toBe(2);
    away = false;
    await until('nothing is unsent', () => service.backlog() === 0);
    expect([...log.records('user.registered')].map((record) => record.headers.ce_aggregateversion)).toEqual(['1', '2']);
  });

  test('a message from a service that does not make such events becomes a dead letter and a security event', async () => {
    await startService();
    const userId = newId();
    await log.send([arrival(userId, '/souk/payment'), arrival(userId, '/somebody')]);
    const letters = await until('both letters', async () => (await dead()).length === 2 && dead());
    for (const { cause } of letters) expect(cause).toBe('ce_source of user.registered is not /souk/user');
    await until('both were told', () => securityEvents.length === 2);
    const forged = { name: 'event.forged_source', isFound: true, topic: 'user.registered' };
    expect(new Set(securityEvents)).toEqual(new Set([{ ...forged, source: 'payment' }, { ...forged, source: 'somebody' }]));
    expect(await totals()).toEqual(new Map());
  });

  test('a service cannot send events that only another service makes', async () => {
    const service = await startService();
    const foreign: UseCase<Toy, null, void> = {
      name: 'foreign',
      keys: () => ({}),
      decide: () => ({ answer: undefined, events: [{ type: 'order.created', key: newId(), stream: newId(), version: 1, data: {} as never }] }),
    };
    expect(await service.execute(foreign, null).catch((error: unknown) => String(error))).toContain('user does not make order.created');
    expect(service.backlog()).toBe(0);
  });

  test('events left unsent are sent at the next start of their process, or by another process if it does not come back', async () => {
    for (const lane of ['one', 'gone']) {
      const writer = await Writer.open<Toy>({
        store: toy.store.writing,
        lane,
        newId,
        leaseMs: 1,
        paceMs: 0,
        runTask: () => undefined,
        report: () => undefined,
        outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
      });
      await writer.submit(deposit, { account: newId(), amount: 1 });
      await writer.close();
    }
    await startService();
    await until('both events', () => [...log.records('user.registered')].length === 2);
    const lanes = await until('every lane is published', async () => {
      const statuses = await toy.store.messages.lanes();
      return statuses.every(({ lastSeq, publishedSeq }) => lastSeq === publishedSeq) && statuses;
    });
    expect(lanes.map(({ lane }) => lane)).toEqual(['gone', 'one']);
  }, 15_000);
});

function arrival(userId = '', source = '/souk/user'): LogMessage {
  return toLogMessage({
    id: newId(),
    type: 'user.registered',
    source,
    time: new Date().toISOString(),
    subject: userId,
    schemaVersion: 1,
    correlationId: userId,
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data: { userId, registeredAt: new Date().toISOString() },
  });
}
