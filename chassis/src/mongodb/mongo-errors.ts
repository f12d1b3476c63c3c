import {
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { StorageError, type StorageErrorCode } from '../storage-error.ts';

const DUPLICATE_KEY = 11_000;
const DOCUMENT_VALIDATION = 121;

/**
 * The server answered that it is not the primary, is shutting down, has no room on its disk, or reached no majority in
 * time: nobody's input is to blame.
 */
const AWAY: ReadonlySet<unknown> = new Set([
  10_107, 13_435, 13_436, 189, 91, 11_600, 11_602, 6, 7, 89, 9001, 64, 100, 14_031,
]);

/** Write conflict, lock timeout, time limit, snapshot too old, interrupted, transaction gone, too old or too long. */
const CONFLICT: ReadonlySet<unknown> = new Set([112, 24, 50, 262, 246, 239, 11_601, 251, 225, 290]);

/**
 * The transaction is larger than the server's cache, or than its messages take: none of it is there, and another try would
 * end alike. In smaller batches it goes through. MongoDB 6.0 says the first only in words.
 */
const TOO_LARGE: ReadonlySet<unknown> = new Set([257, 359, 10_334]);
const WORDS_OF_TOO_LARGE = 'transaction is too large and will not fit';

function isTooLarge(error: unknown): boolean {
  return error instanceof MongoServerError && (TOO_LARGE.has(error.code) || error.message.includes(WORDS_OF_TOO_LARGE));
}

/** What the driver threw, in our words; anything else as it is. */
export function storageError(error: unknown): unknown {
  return error instanceof MongoError ? new StorageError(codeOf(error), error) : error;
}

/**
 * After the commit was sent nothing is certain, unless the server says itself that nothing of it is there: by this label,
 * which the driver gives to no error of a commit.
 */
export function commitError(error: unknown): StorageError {
  if (isTooLarge(error)) return new StorageError('other', error);
  const refused = error instanceof MongoServerError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError);
  return new StorageError(refused ? 'retry' : 'commit-unknown', error);
}

/** Runs what may be repeated. Throws `StorageError`, or what is none of the driver's. */
export async function repeatable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(error);
  }
}

/** Milliseconds for all that a read waits for together: a server, a place in the pool, the answer, and the driver's second try. */
const READ_MS = 10_000;

/** The same for what changes nothing; whoever asks for it is told in time that there is no answer. */
export async function reading<T>(read: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StorageError('connection', new Error(`no answer from MongoDB within ${READ_MS} ms`))), READ_MS);
  try {
    return await Promise.race([repeatable(read), late]);
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: MongoError): StorageErrorCode {
  if (isTooLarge(error)) return 'other';
  if (isAway(error) || AWAY.has(error.code)) return 'connection';
  if (error.code === DUPLICATE_KEY) return 'unique';
  if (error.code === DOCUMENT_VALIDATION) return 'check';
  if (CONFLICT.has(error.code) || error.hasErrorLabel(MongoErrorLabel.TransientTransactionError)) return 'retry';
  return 'other';
}

function isAway(error: MongoError): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoTopologyClosedError ||
    // The driver does not export this one.
    error.name === 'MongoWaitQueueTimeoutError'
  );
}
