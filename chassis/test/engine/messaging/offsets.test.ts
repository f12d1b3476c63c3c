import { peek } from 'bun';
import { expect, test } from 'bun:test';
import { toLogMessage } from '@souk/contracts/log-message';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { newId } from '../../../src/ids.ts';
import type { EventLog, ReceivedMessage, SubscribeOptions } from '../../../src/log/event-log.ts';
import { createEngine } from '../../../src/engine/engine.ts';
import { until } from '../../../src/testing/until.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import { openSqliteToyStore, type ToyCollections, type ToyStore } from '../writer/toy-store.ts';
import type { Toy } from '../writer/toy-use-cases.ts';

const countArrival: UseCase<Toy, EventEnvelope<'user.registered'>, void> = {
  name: 'countArrival',
  keys: ({ data: { userId } }) => ({ accounts: [userId] }),
  decide({ data: { userId } }, world) {
    const before = world.get('accounts', userId) ?? { id: userId, total: 0, version: 0 };
    return { answer: undefined, puts: { accounts: [{ ...before, total: before.total + 1, version: before.version + 1 }] } };
  },
};

/** A log that hands its subscriber's handler to the test. */
function handLog(): { log: EventLog; handler: () => SubscribeOptions['handle'] } {
  let subscribed: SubscribeOptions | undefined;
  const log: EventLog = {
    send: async () => undefined,
    subscribe: async (options) => {
      subscribed = options;
      return { close: async () => undefined };
    },
    replay: async () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  };
  return {
    log,
    handler: () => {
      if (subscribed === undefined) throw new Error('nobody has subscribed');
      return subscribed.handle;
    },
  };
}

/** A store whose commits wait until they are let through. */
function heldBack(store: ToyStore): { store: ToyStore; waiting: () => number; letThrough: () => void } {
  let open = false;
  const held: (() => void)[] = [];
  return {
    waiting: () => held.length,
    letThrough() {
      open = true;
      for (const go of held.splice(0)) go();
    },
    store: {
      ...store,
      writing: {
        ...store.writing,
        async settle(...parameters) {
          if (!open) await new Promise<void>((go) => held.push(go));
          return store.writing.settle(...parameters);
        },
      },
    },
  };
}

function arrivals(count: number): ReceivedMessage[] {
  return Array.from({ length: count }, (_, offset) => {
    const userId = newId();
    const registeredAt = new Date().toISOString();
    const envelope = { source: '/souk/user', time: registeredAt, schemaVersion: 1, correlationId: userId, aggregateVersion: 1 };
    const event = { ...envelope, id: newId(), type: 'user.registered', subject: userId, causationId: null, traceparent: null } as const;
    return { ...toLogMessage({ ...event, data: { userId, registeredAt } }), partition: 0, offset: String(offset), timestamp: 0 };
  });
}

async function startWith(
  store: ToyStore,
  log: EventLog,
  report: (error: unknown) => void = () => undefined,
  handlers = { 'user.registered': countArrival },
) {
  const service = createEngine<ToyCollections>({ name: 'payment', instance: 'one', store, log, handlers, paceMs: 0, report });
  await service.start();
  return service;
}

test('offsets move only after the commit: a batch is done when each of its messages is handled', async () => {
  const toy = await openSqliteToyStore();
  const { log, handler } = handLog();
  const held = heldBack(toy.store);
  const service = await startWith(held.store, log);
  const handled = handler()(arrivals(3), new AbortController().signal);
  await until('the transaction is under way', () => held.waiting() > 0);
  // Everything that can go on without the commit has gone on by then.
  await until('nothing else is under way', () => service.waiting() === 0);
  expect(await toy.store.accounts()).toEqual([]);
  expect(peek.status(handled)).toBe('pending');
  held.letThrough();
  await handled;
  expect(await toy.store.accounts()).toHaveLength(3);
  await service.close();
  await toy.dispose();
});

test('a batch that could not be settled rejects, and the log delivers it again', async () => {
  const toy = await openSqliteToyStore();
  const { log, handler } = handLog();
  const reported: unknown[] = [];
  const service = await startWith(toy.store, log, (error) => reported.push(error));
  const handle = handler();
  await service.close();
  const aborted = new AbortController();
  aborted.abort();
  const handled = [new AbortController().signal, aborted.signal].map((signal) => handle(arrivals(1), signal));
  expect((await Promise.allSettled(handled)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  // Nothing was wrong with the message: nobody has to hear of it, and it was not tried.
  expect(reported).toEqual([]);
  expect(await toy.store.accounts()).toEqual([]);
  await toy.dispose();
});

test('an aborted handler settles nothing more: no later message, no further try', async () => {
  const toy = await openSqliteToyStore();
  const { log, handler } = handLog();
  const stopping = new AbortController();
  const reported: unknown[] = [];
  const throwing: typeof countArrival = {
    ...countArrival,
    decide(event, world, context) {
      if (event.aggregateVersion === 2) throw new Error('not this one');
      return countArrival.decide(event, world, context);
    },
  };
  const report = (error: unknown) => {
    reported.push(error);
    stopping.abort();
  };
  const service = await startWith(toy.store, log, report, { 'user.registered': throwing });
  const [first] = arrivals(1);
  if (first === undefined) throw new Error('no arrival');
  const third = { ...first, offset: '2' };
  const second = { ...first, offset: '1', headers: { ...first.headers, ce_aggregateversion: '2' } };
  const [outcome] = await Promise.allSettled([handler()([first, second, third], stopping.signal)]);
  expect(outcome?.status).toBe('rejected');
  expect(reported).toHaveLength(1);
  expect((await toy.store.accounts()).map(({ total }) => total)).toEqual([1]);
  expect(await toy.store.messages.parked(null, 10)).toEqual([]);
  await service.close();
  await toy.dispose();
});

test('messages behind the one that was being settled at the abort are left to the next reader', async () => {
  const toy = await openSqliteToyStore();
  const { log, handler } = handLog();
  let stopping = new AbortController();
  const stops: typeof countArrival = {
    ...countArrival,
    decide(event, world, context) {
      stopping.abort();
      return countArrival.decide(event, world, context);
    },
  };
  const service = await startWith(toy.store, log, undefined, { 'user.registered': stops });
  const [first] = arrivals(1);
  if (first === undefined) throw new Error('no arrival');
  const later = [{ ...first, offset: '1' }, { ...first, value: '{"no', offset: '1' }];
  for (const second of later) {
    stopping = new AbortController();
    const [outcome] = await Promise.allSettled([handler()([first, second], stopping.signal)]);
    expect(outcome?.status).toBe('rejected');
  }
  expect((await toy.store.accounts()).map(({ total }) => total)).toEqual([2]);
  expect(await toy.store.messages.deadLetters(null, 10)).toEqual([]);
  await service.close();
  await toy.dispose();
});
