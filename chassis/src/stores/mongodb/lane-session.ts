import type { Binary, ClientSession, MongoClient } from 'mongodb';
import { endedWithin } from '../../timeouts.ts';
import { StorageError } from '../../storage-error.ts';
import { commitError, storageError } from './mongo-errors.ts';

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
      throw new StorageError('connection', new Error('the server has not answered to the end of the transaction before'));
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
