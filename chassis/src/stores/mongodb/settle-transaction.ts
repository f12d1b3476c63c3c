import type { ClientSession, Document } from 'mongodb';
import { WHOLE_ANSWERS } from '../../engine/writer/answer-key.ts';
import { LoadedWorld } from '../../engine/writer/loaded-world.ts';
import type { Collections, Keys } from '../../engine/writer/use-case.ts';
import { type Batch, type Lane, LaneLostError } from '../../engine/writer/writer-store.ts';
import type { DocumentCollection } from './document-collection.ts';
import { type EventDocument, eventToDocument } from './event-documents.ts';
import type { Lanes } from './lanes.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { UNMARKED } from './write-conflict-marker.ts';
import { type DocumentCollections, type LoadedIds, bulkWrites } from './bulk-writes.ts';

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
export function settleTransaction<C extends Collections>(
  { db }: MongoDatabase,
  lanes: Lanes,
  collections: DocumentCollections,
): (settleTransaction: Settling<C>) => Promise<Lane> {
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
