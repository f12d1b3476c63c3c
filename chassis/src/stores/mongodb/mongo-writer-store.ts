import { fitting } from '../../log/message-limits.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { type Batch, EVENTS_SIZE, type Lane, LaneLostError, type TakenLane, type TakingLane, type WriterStore } from '../../engine/writer/writer-store.ts';
import { StorageError } from '../../storage-error.ts';
import { chassisCollections } from './chassis-collections.ts';
import type { DocumentCollection } from './document-collection.ts';
import { type EventDocument, eventOf, eventsAfter } from './event-documents.ts';
import { laneOf, mongoLanes } from './lanes.ts';
import { LaneSession } from './lane-session.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { reading, repeatable } from './mongo-errors.ts';
import { settleTransaction } from './settle-transaction.ts';
import type { DocumentCollections } from './bulk-writes.ts';

interface HeldLane {
  readonly epoch: number;
  readonly session: LaneSession;
}

/** The writer's store on MongoDB. `own` maps the service's entities to its collections. */
export function mongoWriterStore<C extends Collections>(
  database: MongoDatabase,
  own: { readonly [N in keyof C]: DocumentCollection<C[N]> },
): WriterStore<C & ChassisCollections> {
  const lanes = mongoLanes(database);
  const events = database.db.collection<EventDocument>('events');
  // Only the collection's name distinguishes entities, which the compiler cannot see.
  const collections = { ...own, ...chassisCollections } as unknown as DocumentCollections;
  const settle = settleTransaction<C & ChassisCollections>(database, lanes, collections);
  const held = new Map<string, HeldLane>();

  async function takeLane(name: string, owner: string, options: TakingLane): Promise<TakenLane | undefined> {
    const session = new LaneSession(database.client);
    let taken: TakenLane | undefined;
    try {
      taken = await lanes.take(name, { owner, session: session.id, ...options });
    } finally {
      if (taken === undefined) await session.close();
    }
    if (taken === undefined) return undefined;
    const before = held.get(name);
    held.set(name, { epoch: taken.epoch, session });
    await before?.session.close();
    return taken;
  }

  async function settleBatch(lane: Lane, publishedSeq: number, leaseMs: number, batch: Batch<C & ChassisCollections>): Promise<Lane> {
    const taken = held.get(lane.name);
    if (taken?.epoch !== lane.epoch) throw new LaneLostError(lane.name);
    try {
      return await taken.session.transact((session) => settle({ session, lane, publishedSeq, leaseMs, batch }));
    } catch (error) {
      if (error instanceof StorageError && error.code === 'retry') await repeatable(lanes.endAbandonedTransactions);
      throw error;
    }
  }

  return {
    isShared: true,
    takeLane: (name, owner, options) => repeatable(() => takeLane(name, owner, options)),
    settle: settleBatch,
    abandonedLanes: (leaseMs) => reading(() => lanes.abandoned(leaseMs)),
    readLane: (name) =>
      repeatable(async () => {
        // In the lane's own session: once this is answered, a commit that was in progress is over or has no effect.
        const found = await (held.get(name)?.session.transact((session) => lanes.find(name, session)) ?? lanes.find(name));
        return found === null ? undefined : laneOf(found);
      }),
    readEvents: (lane, afterSeq, limit) =>
      reading(async () => {
        const next = { filter: eventsAfter(lane, afterSeq), sort: { _id: 1 } } as const;
        // Sizes first, because they are not known in advance.
        const sizes = limit === 1 ? [] : await events.find(next.filter, { sort: next.sort, limit }).project<{ size: number }>({ size: { $strLenBytes: '$data' } }).toArray();
        const count = limit === 1 ? 1 : fitting(sizes, { count: limit, size: EVENTS_SIZE }, ({ size }) => size);
        if (count === 0) return [];
        return (await events.find(next.filter, { sort: next.sort, limit: count }).toArray()).map(eventOf);
      }),
    readStream: (stream) =>
      reading(async () => (await events.find({ stream }, { sort: { version: 1 } }).toArray()).map(eventOf)),
  };
}
