import { peek } from 'bun';
import { expect, test } from 'bun:test';
import { toLogMessage } from '@souk/contracts/log-message';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { newId } from '../../src/ids.ts';
import type { EventLog, ReceivedMessage, SubscribeOptions } from '../../src/log/event-log.ts';
import { createMicroservice } from '../../src/microservice.ts';
import { until } from '../../src/testing/until.ts';
import type { UseCase } from '../../src/writer/use-case.ts';
import { openSqliteToyStore, type ToyCollections, type ToyStore } from '../writer/toy-store.ts';
import type { Toy } from '../writer/toy-use-cases.ts';

const countArrival: UseCase<Toy, EventEnvelope<'user.registered'>, void> = {
  name: 'countArrival',
  keys: ({ data: { userId } }) => ({ accounts: [userId] }),
  decide({ data: { userId } }, world) {
    const before = world.get('accounts', userId) ?? { id: userId, total: 0, version: 0 };
    return { answer: undefined, puts: { accounts: [{ ...before, total: before.total + 1 }] } };
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

async function startWith(store: ToyStore, log: EventLog, report: (error: unknown) => void = () => undefined) {
  const handlers = { 'user.registered': countArrival };
  const service = createMicroservice<ToyCollections>({ name: 'payment', instance: 'one', store, log, handlers, paceMs: 0, report });
  await service.start();
  return service;
}

test('offsets move only after the commit: a batch is handled when every message of it is', async () => {
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

test('a batch that could not be settled is not handled: it rejects, and the log brings it again', async () => {
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
