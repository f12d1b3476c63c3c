import { type Binary, type ClientSession, type MongoClient, MongoServerError } from 'mongodb';
import type { AnswerForm } from '../../engine/writer/answer-key.ts';
import { type Lane, leaseLimitMs, type TakenLane, type TakingLane } from '../../engine/writer/writer-store.ts';
import { StorageError } from '../../storage-error.ts';
import { endedWithin } from '../../timeouts.ts';
import { type MongoDatabase, SERVER_NOW } from './mongo-database.ts';
import { commitError, storageError } from './mongo-errors.ts';

export interface LaneDocument {
  readonly _id: string;
  readonly owner: string;
  readonly epoch: number;
  /** The server session its owner writes in; null in a lane that an older version created and did not take. */
  readonly session: Binary | null;
  /** epoch milliseconds of the server's clock */
  readonly leaseUntil: number;
  readonly lastSeq: number;
  readonly publishedSeq: number;
  readonly transactions: number;
  /** undefined in a lane that was created by an earlier version: whole answers */
  readonly answerForm?: AnswerForm;
}

/** The collection with the initial values of new lanes. */
export const NEW_LANES = 'new_lanes';

export interface NewLaneDocument {
  readonly _id: 'answers';
  readonly answerForm: AnswerForm;
}

type LaneNow = LaneDocument & { readonly now: number };

const NEW = { lastSeq: 0, publishedSeq: 0, transactions: 0 };

const WITH_CLOCK = {
  owner: 1,
  epoch: 1,
  session: 1,
  leaseUntil: 1,
  lastSeq: 1,
  publishedSeq: 1,
  transactions: 1,
  answerForm: 1,
  now: SERVER_NOW,
} as const;

interface Taking extends TakingLane {
  readonly owner: string;
  readonly session: Binary;
}

const DUPLICATE_KEY = 11_000;

export type Lanes = ReturnType<typeof mongoLanes>;

/** The lanes' documents. */
export function mongoLanes({ client, db }: MongoDatabase) {
  const lanes = db.collection<LaneDocument>('lanes');

  const find = (name: string, session?: ClientSession): Promise<LaneNow | null> =>
    lanes.findOne<LaneNow>({ _id: name }, session === undefined ? { projection: WITH_CLOCK } : { projection: WITH_CLOCK, session });

  /** Ends transactions that a process left open when it died; they would hold their locks for a minute. */
  const endTransactions = async (sessions: readonly Binary[]) => {
    if (sessions.length > 0) await client.db('admin').command({ killSessions: sessions.map((id) => ({ id })) });
  };

  return {
    find,
    /** undefined: another process has it, with more than `leftMs` left of its lease, or was faster to take it. */
    async take(name: string, { owner, session, leftMs, leaseMs }: Taking): Promise<TakenLane | undefined> {
      const found = await find(name);
      const isRunning = found !== null && found.leaseUntil > found.now + leftMs && found.leaseUntil <= found.now + leaseLimitMs(leaseMs);
      if (isRunning && found.owner !== owner) return undefined;
      const begins = found === null ? await db.collection<NewLaneDocument>(NEW_LANES).findOne({ _id: 'answers' }, { projection: { _id: 0, answerForm: 1 } }) : null;
      await endTransactions(found?.session ? [found.session] : []);
      const mine = {
        owner: { $literal: owner },
        session: { $literal: session },
        epoch: { $add: [{ $ifNull: ['$epoch', 0] }, 1] },
        leaseUntil: { $add: [SERVER_NOW, leaseMs] },
      };
      // Only as it was found: a process that has taken or renewed it meanwhile keeps it. A lane that did not exist has no epoch.
      const asFound = leftMs === Infinity ? {} : { epoch: found?.epoch ?? 0, ...(found && { leaseUntil: found.leaseUntil }) };
      try {
        // Created and taken in one write, because each write waits until a majority has it on disk.
        const taken = await lanes.findOneAndUpdate(
          { _id: name, ...asFound },
          [{ $replaceWith: { $mergeObjects: [{ ...NEW, ...begins }, '$$ROOT', mine] } }],
          { upsert: found === null, returnDocument: 'after' },
        );
        return taken === null ? undefined : { ...laneOf(taken), takenAt: taken.leaseUntil - leaseMs };
      } catch (error) {
        // Another process was faster to create it.
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
        throw error;
      }
    },
    async renew({ name, lastSeq, publishedSeq, transactions }: Lane, leaseUntil: number, session: ClientSession): Promise<void> {
      await lanes.updateOne({ _id: name }, { $set: { leaseUntil, lastSeq, publishedSeq, transactions } }, { session });
    },
    /** Ends the transactions of processes that do not renew their leases any more, for a transaction that meets their locks. */
    async endAbandonedTransactions(): Promise<void> {
      const expired = lanes.find({ $expr: { $lt: ['$leaseUntil', SERVER_NOW] } }, { projection: { session: 1 } });
      await endTransactions((await expired.toArray()).flatMap(({ session }) => session ?? []));
    },
    async abandoned(leaseMs: number): Promise<readonly string[]> {
      const isOver = { $or: [{ $lt: ['$leaseUntil', SERVER_NOW] }, { $gt: ['$leaseUntil', { $add: [SERVER_NOW, leaseLimitMs(leaseMs)] }] }] };
      const left = { $expr: { $and: [{ $lt: ['$publishedSeq', '$lastSeq'] }, isOver] } };
      return (await lanes.find(left, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
    },
  };
}

export function laneOf({ _id: name, owner, epoch, lastSeq, publishedSeq, transactions }: LaneDocument): Lane {
  return { name, owner, epoch, lastSeq, publishedSeq, transactions };
}

/** Milliseconds for which a failed transaction waits until the server has ended it too. */
const ABORT_MS = 1000;

/**
 * The server session in which all transactions of one lane run, one after the other. A server ends the open transaction
 * of a session when the session's next one begins. So a transaction whose end never arrived holds its locks only until
 * the next attempt, and once that has begun, a late commit of the one before has no effect.
 */
export class LaneSession {
  readonly #session: ClientSession;
  /** The abort of a failed transaction, until the server has answered it. */
  #aborting: Promise<void> | undefined;

  constructor(client: MongoClient) {
    this.#session = client.startSession();
  }

  /** The id by which other processes end a transaction that this session has left open. */
  get id(): Binary {
    const { id } = this.#session;
    if (id === undefined) throw new Error('a session without an id');
    return id.id;
  }

  /** Runs a transaction: all of it commits or nothing does. Throws `StorageError`, or what `run` threw. Never two at a time. */
  async transact<T>(run: (session: ClientSession) => Promise<T>): Promise<T> {
    if (!(await this.#isFree())) {
      throw new StorageError('connection', new Error('the server has not answered yet to the end of the transaction before'));
    }
    this.#session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    let result: T;
    try {
      result = await run(this.#session);
    } catch (error) {
      this.#aborting = this.#abort();
      await this.#isFree();
      throw storageError(error);
    }
    try {
      await this.#session.commitTransaction();
    } catch (error) {
      throw commitError(error);
    }
    return result;
  }

  /** Returns the session to the driver. */
  async close(): Promise<void> {
    await this.#aborting;
    await this.#session.endSession();
  }

  async #abort(): Promise<void> {
    try {
      await this.#session.abortTransaction();
    } finally {
      this.#aborting = undefined;
    }
  }

  /** True if no transaction is open any more; waits a moment for that. */
  async #isFree(): Promise<boolean> {
    if (this.#aborting === undefined) return true;
    await endedWithin(ABORT_MS, this.#aborting);
    return this.#aborting === undefined;
  }
}
