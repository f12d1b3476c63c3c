import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { toLogMessage } from '@souk/contracts/log-message';
import { newId } from '../../../src/ids.ts';
import type { SubscribeOptions } from '../../../src/log/event-log.ts';
import { MESSAGE_LIMIT } from '../../../src/log/message-limits.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/run-engine.ts';
import type { About } from '../../../src/telemetry/report.ts';
import { recordedLog, type RecordedLog } from '../../../src/testing/recorded-log.ts';
import { until } from '../../../src/testing/until.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { TakenLane } from '../../../src/engine/writer/writer-store.ts';
import { openSqliteToyStore, type OpenToyStore, type ToyCollections } from '../writer/toy-store.ts';
import { tell, type Toy } from '../writer/toy-use-cases.ts';

/** Tells of every user it hears of. */
const tellOf = (bytesOf: (userId: string) => number): UseCase<Toy, EventEnvelope<'user.registered'>, void> => ({
  name: 'tell of user',
  keys: ({ data }) => tell.keys({ account: data.userId, bytes: 0 }),
  decide: ({ data: { userId } }, world, context) => ({
    ...tell.decide({ account: userId, bytes: bytesOf(userId) }, world, context),
    answer: undefined,
  }),
});

describe('an event that is too large for the log', () => {
  let toy: OpenToyStore;
  let log: RecordedLog;
  let reader: SubscribeOptions | undefined;
  let reports: { readonly message: string; readonly about: About | undefined }[];
  let setAsides: number;
  let running: Engine<ToyCollections>[];
  beforeEach(async () => {
    toy = await openSqliteToyStore();
    log = recordedLog();
    log.subscribe = async (options) => {
      reader = options;
      return { close: async () => undefined };
    };
    reports = [];
    setAsides = 0;
    running = [];
  });
  afterEach(async () => {
    for (const service of running) await service.close();
    await toy.dispose();
  });

  async function start(more: Partial<EngineOptions<ToyCollections, never>> = {}): Promise<Engine<ToyCollections>> {
    const service = createEngine<ToyCollections>({
      name: 'user',
      instance: 'one',
      store: toy.store,
      log,
      handlers: {},
      paceMs: 0,
      parking: { firstAttempts: 2, attempts: 100, backOffMs: 20, longestBackOffMs: 20 },
      meter: { expect: () => undefined, decidedAgain: () => undefined, batchSettled: () => undefined, messageSettled: () => undefined, eventSetAside: () => (setAsides += 1) },
      report: (_, message, about) => void reports.push({ message, about }),
      ...more,
    });
    await service.start();
    running.push(service);
    return service;
  }

  const letters = () => toy.store.messages.deadLetters(null, 100);
  const toldOf = () => log.sent.filter(({ topic }) => topic === 'user.updated').map(({ key }) => key);
  const hears = (...users: string[]) => {
    const messages = users.map((userId, i) => ({ ...arrival(userId), partition: 0, offset: String(i), timestamp: 0 }));
    return reader?.handle(messages, AbortSignal.timeout(10_000));
  };

  test('is refused to its caller, exact to the byte, and to nobody else in the batch', async () => {
    const service = await start();
    const probe = await service.execute(tell, { account: 'a', bytes: 0 });
    expect(probe).toBe(1);
    await until('it is sent', () => log.sent.length === 1);
    const [{ key, value, headers }] = log.sent as [(typeof log.sent)[0]];
    const room = MESSAGE_LIMIT - Buffer.byteLength(key + value + JSON.stringify(headers));
    const results = await Promise.allSettled([room, room + 1, 10].map((bytes) => service.execute(tell, { account: 'a', bytes })));
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: { code: 'event-too-large', size: MESSAGE_LIMIT + 1, limit: MESSAGE_LIMIT } },
      { status: 'fulfilled', value: 3 },
    ]);
    await until('the others are sent', () => log.sent.length === 3);
    expect(setAsides).toBe(0);
  });

  test('is committed and set aside with all its bytes and announced, if it has no caller; the lane goes on', async () => {
    const service = await start();
    const large = { account: 'a', bytes: 2 * MESSAGE_LIMIT };
    await Promise.all([service.execute(tell, { account: 'b', bytes: 1 }), service.submit(tell, large), service.execute(tell, { account: 'a', bytes: 1 })]);
    await until('everything is sent or set aside', () => service.backlog() === 0 && log.sent.length === 3);
    expect(toldOf()).toEqual(['b', 'a']);
    const [letter] = await letters();
    expect(letter).toMatchObject({ kind: 'unsent', status: 'dead', message: { key: 'a', value: JSON.stringify({ text: 'x'.repeat(large.bytes) }) } });
    const news = log.sent.find(({ topic }) => topic === 'user.dead_letter');
    expect(JSON.parse(news?.value ?? '')).toMatchObject({ kind: 'unsent', topic: 'user.updated', key: 'a', cut: { value: { bytes: large.bytes + 11 } } });
    expect(news?.headers).toMatchObject({ ce_correlationid: 'a', ce_causationid: letter?.id });
    expect(setAsides).toBe(1);
    const about = { key: 'a', topic: 'user.updated', messageId: letter?.id ?? '' };
    expect(reports).toEqual([{ message: 'the log refuses an event for good: it is a dead letter now', about }]);
  });

  test('is set aside at the start, or by the process that adopts its lane, if an earlier version committed it', async () => {
    for (const lane of ['one', 'gone']) await leaveUnsent(lane, 2 * MESSAGE_LIMIT);
    await start();
    await until('both lanes are empty', async () => (await toy.store.messages.lanes()).every(({ lastSeq, publishedSeq }) => lastSeq === publishedSeq));
    expect((await letters()).map(({ kind, message }) => [kind, message.key])).toEqual([['unsent', 'gone'], ['unsent', 'one']]);
    expect(toldOf().toSorted()).toEqual(['gone', 'one']);
  }, 15_000);

  test('is logged once, and in a few lines together with many others', async () => {
    const service = await start();
    log.limit = 10;
    await Promise.all(Array.from({ length: 30 }, (_, i) => service.submit(tell, { account: `a${i}`, bytes: 1 })));
    await until('nothing is unsent', () => service.backlog() === 0);
    // Each is a letter, and so is the event that tells of it.
    expect(await letters()).toHaveLength(60);
    expect(setAsides).toBe(60);
    expect(reports.length).toBeLessThan(60);
    expect(reports.map(({ message }) => message)).toContain('the log refuses more events for good: see GET /ops/dead-letters?kind=unsent');
    await service.close();
    running = [];
    const before = reports.length;
    const again = await start({ store: { ...toy.store, writing: { ...toy.store.writing, takeLane: async (...asked) => forgetful(await toy.store.writing.takeLane(...asked)) } } });
    await until('it went through them once more', () => again.backlog() === 0);
    expect([(await letters()).length, setAsides, reports.length]).toEqual([60, 60, before]);
  });

  test('becomes a dead letter without an announcement if it announces a dead letter itself', async () => {
    log.limit = 500;
    await start({ handlers: { 'user.registered': tellOf(() => 2 * MESSAGE_LIMIT) } });
    await hears(newId());
    const found = await until('two letters', async () => (await letters()).length === 2 && letters());
    expect(found.map(({ kind, message }) => `${kind} ${message.topic}`).toSorted()).toEqual(['unhandled user.registered', 'unsent user.dead_letter']);
    await until('nothing is unsent', () => running[0]?.backlog() === 0);
    expect(await letters()).toHaveLength(2);
  });

  test('makes the message that leads to it a dead letter at once; other messages are handled', async () => {
    let tries = 0;
    const [a, large, b] = [newId(), newId(), newId()];
    const bytesOf = (userId: string) => {
      if (userId !== large) return 1;
      tries += 1;
      return 2 * MESSAGE_LIMIT;
    };
    await start({ handlers: { 'user.registered': tellOf(bytesOf) } });
    await hears(a, large, b);
    expect(tries).toBe(1);
    expect(await letters()).toMatchObject([{ kind: 'unhandled', attempts: 1, message: { key: large }, cause: expect.stringContaining('EventTooLargeError') }]);
    await until('the others are told', () => toldOf().length === 2);
    expect((await toy.store.accounts()).map(({ id }) => id)).toEqual([a, b]);
    expect(await toy.store.messages.parked(null, 10)).toEqual([]);
  });

  test('makes a parked message that leads to it a dead letter at its next try', async () => {
    let tries = 0;
    const bytesOf = () => {
      tries += 1;
      if (tries <= 2) throw new Error('not yet');
      return 2 * MESSAGE_LIMIT;
    };
    await start({ handlers: { 'user.registered': tellOf(bytesOf) } });
    await hears(newId());
    const [letter] = await until('it is dead', async () => (await letters()).length === 1 && letters());
    expect(letter).toMatchObject({ kind: 'unhandled', attempts: 3 });
    expect(tries).toBe(3);
  });

  /** As a process of an earlier version left it: it knew no limit. */
  async function leaveUnsent(lane: string, bytes: number): Promise<void> {
    const ignored = { runTask: () => undefined, report: () => undefined, outbox: () => ({ offer: () => undefined, publishedSeq: 0 }) };
    const writer = await Writer.open<Toy>({ store: toy.store.writing, lane, newId, leaseMs: 1, paceMs: 0, ...ignored });
    await writer.submit(tell, { account: lane, bytes });
    await writer.submit(tell, { account: lane, bytes: 1 });
    await writer.close();
  }
});

/** As if the process had died before it stored what was sent. */
function forgetful(lane: TakenLane | undefined): TakenLane | undefined {
  return lane && { ...lane, publishedSeq: 0 };
}

function arrival(userId: string) {
  const at = new Date().toISOString();
  return toLogMessage({
    id: newId(),
    type: 'user.registered',
    source: '/souk/user',
    time: at,
    subject: userId,
    schemaVersion: 1,
    correlationId: userId,
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data: { userId, registeredAt: at },
  });
}
