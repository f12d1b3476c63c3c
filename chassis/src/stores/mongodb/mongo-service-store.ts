import { DEAD_LETTER_STATUSES } from '@souk/contracts/http/ops';
import type { Filter } from 'mongodb';
import {
  COUNT_LIMIT,
  type LaneStatus,
  LAST_CHARACTER,
  type LetterFailure,
  type LetterFilter,
  type MessageCounts,
  type MessageReads,
  type ServiceStore,
  SHOWN_MESSAGES,
} from '../../engine/service-store.ts';
import type { WaitingKey } from '../../engine/messaging/parking.ts';
import type { EndedAccessReads } from '../../engine/ended-access.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { CALL_ROOM, fitting } from '../../log/message-limits.ts';
import {
  answerKeyId,
  type DeadLetterDocument,
  deadLetterOf,
  type EndedAccessDocument,
  endedAccessOf,
  type EventDocument,
  eventsAfter,
  type ParkedKeyDocument,
  parkedKeyOf,
} from './chassis-collections.ts';
import { mongoCommittedReads } from './committed-reads.ts';
import { type DocumentCollection, UNMARKED } from './document-collection.ts';
import { forgetDocuments } from './forget-documents.ts';
import type { LaneDocument } from './lanes.ts';
import { migrate, type MongoMigrations, pendingMigrations } from './migrations.ts';
import { type MongoDatabase, SERVER_NOW } from './mongo-database.ts';
import { reading } from './mongo-errors.ts';
import { mongoWriterStore } from './mongo-writer-store.ts';

/** The store of a service on MongoDB. Transactions lock entities in the order in which `collections` names them. */
export function mongoServiceStore<C extends Collections>(
  database: MongoDatabase,
  collections: { readonly [N in keyof C]: DocumentCollection<C[N]> },
  migrations: MongoMigrations,
): ServiceStore<C> {
  return {
    writing: mongoWriterStore<C>(database, collections),
    messages: mongoMessageReads(database),
    endedAccess: mongoEndedAccess(database),
    committed: mongoCommittedReads(database),
    migrate: () => migrate(database, migrations),
    pendingMigrations: () => pendingMigrations(database, migrations),
    check: () => database.check(),
    close: () => database.close(),
  };
}

export function mongoMessageReads(database: MongoDatabase): MessageReads {
  const { db } = database;
  const lanes = db.collection<LaneDocument>('lanes');
  const events = db.collection<EventDocument>('events');
  const parkedKeys = db.collection<ParkedKeyDocument>('parked_keys');
  const deadLetters = db.collection<DeadLetterDocument>('dead_letters');

  async function oldestUnsentAt({ _id: lane, publishedSeq }: LaneDocument): Promise<number | null> {
    const oldest = await events.findOne(eventsAfter(lane, publishedSeq), { sort: { _id: 1 }, projection: { at: 1 } });
    return oldest?.at ?? null;
  }

  return {
    lanes: () =>
      reading(async () => {
        const leaseExpired = { $lte: ['$leaseUntil', SERVER_NOW] };
        const query = lanes.find({}, { sort: { _id: 1 } }).project<LaneDocument & { leaseExpired: boolean }>({
          lastSeq: 1,
          publishedSeq: 1,
          leaseExpired,
        });
        return Promise.all(
          (await query.toArray()).map(async (lane): Promise<LaneStatus> => {
            const { _id, lastSeq, publishedSeq } = lane;
            return { lane: _id, lastSeq, publishedSeq, leaseExpired: lane.leaseExpired, oldestUnsentAt: await oldestUnsentAt(lane) };
          }),
        );
      }),
    dueParked: (limit) =>
      reading(async () => {
        const due = { $expr: { $lte: ['$nextAttemptAt', SERVER_NOW] } };
        const heads = parkedKeys.find(due, { sort: { nextAttemptAt: 1 }, limit }).project<Sized>({ size: { $bsonSize: { $first: '$messages' } } });
        const sizes = await heads.toArray();
        const ids = sizes.slice(0, fitting(sizes, { count: limit, size: CALL_ROOM.size }, ({ size }) => size)).map(({ _id }) => _id);
        if (ids.length === 0) return [];
        const found = await parkedKeys.find({ _id: { $in: ids } }).project<ParkedKeyDocument>({ messages: { $slice: 1 } }).toArray();
        const headOf = new Map(found.map(parkedKeyOf).map(({ key, messages: [head] }) => [key, head]));
        return ids.flatMap((key) => {
          const head = headOf.get(key);
          return head === undefined ? [] : [{ key, head }];
        });
      }),
    parked: (after, limit) =>
      reading(async () => {
        const later = after === null ? {} : { _id: { $gt: after } };
        const found = parkedKeys.find(later, { sort: { _id: 1 }, limit }).project<WaitingKeyDocument>({
          messages: { $map: { input: { $slice: ['$messages', SHOWN_MESSAGES] }, as: 'one', in: WAITING } },
          more: { $gt: [{ $size: '$messages' }, SHOWN_MESSAGES] },
        });
        return (await found.toArray()).map(({ _id: key, ...waiting }) => ({ key, ...waiting }));
      }),
    deadLetterSizes: (before, limit, which = {}) =>
      reading(() => deadLetters.find(lettersOf(before, which), { sort: { _id: -1 }, limit }).project<Sized>({ size: { $bsonSize: '$$ROOT' } }).toArray()),
    deadLetters: (before, limit, which = {}) =>
      reading(async () => {
        const found = deadLetters.find(lettersOf(before, which), { sort: { _id: -1 }, limit, projection: UNMARKED });
        return (await found.toArray()).map(deadLetterOf);
      }),
    deadLetter: (id) =>
      reading(async () => {
        const found = await deadLetters.findOne({ _id: id }, { projection: UNMARKED });
        return found === null ? undefined : deadLetterOf(found);
      }),
    letterFailures: (status, limit) =>
      reading(async () => {
        const newest = deadLetters.find({ status }, { sort: { _id: -1 }, limit }).project<FailureDocument>({ kind: 1, topic: '$message.topic', cause: 1, lastFailedAt: 1 });
        return (await newest.toArray()).map(({ kind = 'unhandled', topic, cause, lastFailedAt }) => ({ kind, topic, cause, lastFailedAt }));
      }),
    unsentBesides: (lane) =>
      reading(async () => {
        const others = await lanes.find({ _id: { $ne: lane } }, { projection: { lastSeq: 1, publishedSeq: 1 } }).toArray();
        return others.reduce((unsent, { lastSeq, publishedSeq }) => unsent + lastSeq - publishedSeq, 0);
      }),
    counts: () =>
      reading(async () => {
        const letters = DEAD_LETTER_STATUSES.map(async (status) => [status, await deadLetters.countDocuments({ status }, { limit: COUNT_LIMIT })]);
        const counted = Object.fromEntries(await Promise.all(letters)) as MessageCounts['deadLetters'];
        return { parkedKeys: await parkedKeys.countDocuments({}, { hint: { _id: 1 }, limit: COUNT_LIMIT }), deadLetters: counted };
      }),
    forgetAnswers: (olderThan, limit) => forgetDocuments(database, 'kept_answers', { filter: { at: { $lt: olderThan } }, limit }),
    forgetAnswerKeys: (lastPeriod, limit) =>
      forgetDocuments(database, 'answer_keys', { filter: { _id: { $lt: answerKeyId({ period: lastPeriod + 1, hash: '' }) } }, sort: { _id: 1 }, limit }),
    forgetAnswersTo: (owners, limit) => forgetDocuments(database, 'kept_answers', { filter: { owner: { $in: [...owners] } }, limit }),
  };
}

interface Sized {
  readonly _id: string;
  readonly size: number;
}

type FailureDocument = Omit<LetterFailure, 'kind'> & Pick<DeadLetterDocument, 'kind'>;

type WaitingKeyDocument = Omit<WaitingKey, 'key'> & { readonly _id: string };

/** The fields of a waiting message that are listed: all but the message itself. */
const WAITING = {
  ...Object.fromEntries(['position', 'attempts', 'cause', 'firstFailedAt', 'lastFailedAt', 'nextAttemptAt'].map((name) => [name, `$$one.${name}`])),
  topic: '$$one.message.topic',
};

function lettersOf(before: string | null, { kind, status, topic, key, cause }: LetterFilter): Filter<DeadLetterDocument> {
  return {
    ...(before !== null && { _id: { $lt: before } }),
    // A letter from before there were kinds has none.
    ...(kind !== undefined && { kind: kind === 'unhandled' ? { $in: [kind, null] } : kind }),
    ...(status !== undefined && { status }),
    ...(topic !== undefined && { 'message.topic': topic }),
    ...(key !== undefined && { 'message.key': key }),
    ...(cause !== undefined && { cause: { $gte: cause, $lt: cause + LAST_CHARACTER } }),
  } as Filter<DeadLetterDocument>;
}

function mongoEndedAccess({ db }: MongoDatabase): EndedAccessReads {
  const endings = db.collection<EndedAccessDocument>('ended_access');
  return {
    since: (at) => reading(async () => (await endings.find({ at: { $gte: at } }, { sort: { at: 1 } }).toArray()).map(endedAccessOf)),
    olderThan: (ms, limit) =>
      reading(async () => {
        const old = { $expr: { $lt: ['$at', { $subtract: [SERVER_NOW, ms] }] } };
        const found = await endings.find(old, { sort: { at: 1 }, limit, projection: { _id: 1 } }).toArray();
        return found.map(({ _id }) => _id);
      }),
  };
}
