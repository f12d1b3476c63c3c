import type { AnyBulkWriteOperation, ClientSession, Document } from 'mongodb';
import { WHOLE_ANSWERS } from '../../engine/writer/answer-key.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import { type EntityChanges, LoadedWorld } from '../../engine/writer/loaded-world.ts';
import type { Collections, Keys } from '../../engine/writer/use-case.ts';
import { type Batch, EVENTS_SIZE, type Lane, LaneLostError, type TakenLane, type TakingLane, type WriterStore } from '../../engine/writer/writer-store.ts';
import { fitting } from '../../log/message-limits.ts';
import { StorageError } from '../../storage-error.ts';
import { chassisCollections, type EventDocument, eventOf, eventsAfter, eventToDocument } from './chassis-collections.ts';
import { type DocumentCollection, UNMARKED, WRITE_CONFLICT_MARKER } from './document-collection.ts';
import { laneOf, type Lanes, LaneSession, mongoLanes } from './lanes.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { reading, repeatable } from './mongo-errors.ts';

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

/** More than any batch loads from one collection, so that all documents come in one answer. */
const ONE_ANSWER = 100_000;

interface Loading {
  readonly session: ClientSession;
  /** the server's clock */
  readonly now: number;
}

interface Settling<C extends Collections> {
  readonly session: ClientSession;
  readonly lane: Lane;
  readonly publishedSeq: number;
  readonly leaseMs: number;
  readonly batch: Batch<C>;
}

/**
 * The steps of one transaction. A session takes one operation after the other, so each is a round trip: lane, loads,
 * writes. Nothing is written before everything is decided. MongoDB locks by writing, so locks are short, and a
 * transaction that meets one is refused at once (`retry`) instead of waiting.
 */
function settleTransaction<C extends Collections>(
  { db }: MongoDatabase,
  lanes: Lanes,
  collections: DocumentCollections,
): (settling: Settling<C>) => Promise<Lane> {
  const collection = (name: string): DocumentCollection<object> => {
    const found = collections[name];
    if (found === undefined) throw new Error(`no such collection: ${name}`);
    return found;
  };

  async function load({ session, now }: Loading, world: LoadedWorld<C>, keys: Keys<C>, ids: LoadedIds): Promise<void> {
    for (const name of Object.keys(collections)) {
      const wanted = [...new Set(keys[name])];
      if (wanted.length === 0) continue;
      const { collection: physical, keyField, keysAt, fromDocument } = collection(name);
      const sought = keysAt === undefined ? wanted : wanted.flatMap((key) => keysAt(key, now));
      const query = db.collection(physical).find<Document & { _id: string }>({ [keyField]: { $in: sought } }, { session, projection: UNMARKED, batchSize: ONE_ANSWER });
      const documents = await query.toArray();
      const loaded = ids.get(physical) ?? new Set();
      for (const { _id } of documents) loaded.add(_id);
      ids.set(physical, loaded);
      world.loaded(name, wanted, documents.flatMap((document) => fromDocument(document)) as C[string][]);
    }
  }

  return async ({ session, lane, publishedSeq, leaseMs, batch }) => {
    const found = await lanes.find(lane.name, session);
    if (found === null || found.owner !== lane.owner || found.epoch !== lane.epoch) throw new LaneLostError(lane.name);
    const world = new LoadedWorld<C>((name, entity) => collection(name).key(entity));
    const ids: LoadedIds = new Map();
    const loading = { session, now: found.now };
    await load(loading, world, batch.keys, ids);
    await load(loading, world, world.missing(batch.moreKeys(world)), ids);
    const changes = batch.decide(world, found.now, found.lastSeq, found.answerForm ?? WHOLE_ANSWERS);
    const transactions = found.transactions + 1;
    for (const { physical, writes } of bulkWrites(collections, changes, ids, `${lane.name} ${transactions}`)) {
      await db.collection<{ _id: string }>(physical).bulkWrite(writes, { session });
    }
    const { events } = changes;
    if (events.length > 0) await db.collection<EventDocument>('events').insertMany(events.map(eventToDocument), { session });
    const after: Lane = { ...lane, lastSeq: found.lastSeq + events.length, publishedSeq, transactions };
    await lanes.renew(after, found.now + leaseMs, session);
    return after;
  };
}

type DocumentCollections = Readonly<Record<string, DocumentCollection<object>>>;

/** The `_id`s of all loaded documents, by MongoDB collection. */
type LoadedIds = Map<string, Set<string>>;

interface Stored {
  readonly _id: string;
}

interface CollectionWrites {
  /** the MongoDB collection */
  readonly physical: string;
  readonly writes: AnyBulkWriteOperation<Stored>[];
}

/**
 * A transaction's writes, collection by collection in the order in which the store names them, so that of two conflicting
 * transactions one always succeeds. Removes come before changes and new documents, which may take over their unique
 * values. Documents that were only read are marked.
 */
function bulkWrites<C extends Collections>(
  collections: DocumentCollections,
  changes: EntityChanges<C>,
  loaded: LoadedIds,
  mark: string,
): CollectionWrites[] {
  const documents = documentsOf(collections, changes);
  const names = new Set(Object.values(collections).map(({ collection }) => collection));
  return [...names].flatMap((physical) => {
    const { removed = [], changed = [], added = [] } = documents.get(physical) ?? {};
    const written = new Set([...removed, ...changed].map(({ _id }) => _id));
    const seen = [...(loaded.get(physical) ?? [])].filter((id) => !written.has(id)).toSorted();
    const writes: AnyBulkWriteOperation<Stored>[] = [];
    if (removed.length > 0) writes.push({ deleteMany: { filter: { _id: { $in: removed.map(({ _id }) => _id) } } } });
    for (const { _id, ...fields } of changed.toSorted(byId)) {
      writes.push({ replaceOne: { filter: { _id }, replacement: { ...fields, [WRITE_CONFLICT_MARKER]: mark } } });
    }
    if (seen.length > 0) writes.push({ updateMany: { filter: { _id: { $in: seen } }, update: { $set: { [WRITE_CONFLICT_MARKER]: mark } } } });
    for (const document of added) writes.push({ insertOne: { document } });
    return writes.length > 0 ? [{ physical, writes }] : [];
  });
}

interface Documents {
  readonly removed: Stored[];
  readonly changed: Stored[];
  readonly added: Stored[];
}

function documentsOf<C extends Collections>(
  collections: DocumentCollections,
  { removes, updates, inserts }: EntityChanges<C>,
): Map<string, Documents> {
  const documents = new Map<string, Documents>();
  for (const [name, { collection, toDocument }] of Object.entries(collections)) {
    // A view is written with the documents it shows.
    if (toDocument === null) continue;
    // Two may be stored in one MongoDB collection.
    const { removed = [], changed = [], added = [] } = documents.get(collection) ?? {};
    documents.set(collection, {
      removed: [...removed, ...(removes[name] ?? []).map(toDocument)],
      changed: [...changed, ...(updates[name] ?? []).map(({ after }) => toDocument(after))],
      added: [...added, ...(inserts[name] ?? []).map(toDocument)],
    });
  }
  return documents;
}

function byId({ _id: a }: Stored, { _id: b }: Stored): number {
  return a < b ? -1 : Number(a > b);
}
