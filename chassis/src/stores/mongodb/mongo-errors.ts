import {
  MongoAWSError,
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoErrorLabel,
  MongoExpiredSessionError,
  MongoKerberosError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOIDCError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoStalePrimaryError,
  MongoSystemError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { StorageError, type StorageErrorCode } from '../../storage-error.ts';
import { withTimeout } from '../../timeouts.ts';

interface Kind {
  readonly code: StorageErrorCode;
  readonly numbers: readonly number[];
  /** The remedy for the server's operator, where the server's own message does not give it. */
  readonly cure?: string;
}

const RIGHTS = "give the service's user its rights, or its password back";
const MEMBERS = 'look at the replica set: rs.status()';

/**
 * Server errors that are not a defect of ours, by number, because names differ between versions.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
const KINDS: readonly Kind[] = [
  { code: 'unique', numbers: [11_000] },
  { code: 'check', numbers: [121] },
  // not the primary, an election, a primary that steps down or lags, an operation that such a change has ended
  { code: 'connection', numbers: [10_058, 10_107, 11_602, 13_435, 13_436, 133, 134, 189, 216] },
  // shutting down; starting, before the replica set is initiated or has its keys
  { code: 'connection', numbers: [91, 11_600, 94, 211] },
  // connection lost, between members or to us
  { code: 'connection', numbers: [6, 7, 89, 202, 279, 317, 384, 9001] },
  // no such user or password, a right that is missing: perhaps not there yet
  { code: 'connection', numbers: [11, 13, 18, 391], cure: RIGHTS },
  { code: 'connection', numbers: [64, 100], cure: MEMBERS },
  { code: 'connection', numbers: [14_031], cure: 'make room on its disk' },
  // more than the server accepts now
  { code: 'connection', numbers: [462] },
  // write conflict, lock timeout, lock busy, time limit, interrupted, index or cursor gone meanwhile, a schema change by others
  { code: 'retry', numbers: [112, 24, 46, 50, 262, 11_601, 43, 175, 237, 117, 314] },
  // snapshot too old; transaction gone, too old, too long, or just being prepared
  { code: 'retry', numbers: [239, 246, 225, 244, 251, 267, 290] },
];

const BY_NUMBER: ReadonlyMap<unknown, Kind> = new Map(KINDS.flatMap((kind) => kind.numbers.map((number) => [number, kind])));

/** The driver's own errors about servers, connections and sessions that are missing or were taken away, and about authentication. */
const AWAY = [
  MongoNetworkError,
  MongoSystemError,
  MongoTopologyClosedError,
  MongoServerClosedError,
  MongoClientClosedError,
  MongoNotConnectedError,
  MongoExpiredSessionError,
  MongoOperationTimeoutError,
  MongoStalePrimaryError,
  MongoKerberosError,
  MongoAWSError,
  MongoOIDCError,
] as const;

/** The driver does not export these. */
const AWAY_BY_NAME: ReadonlySet<string> = new Set(['MongoWaitQueueTimeoutError', 'MongoPoolClosedError']);

/** Labels by which server and driver say that another try may succeed. */
const PASSING = [MongoErrorLabel.RetryableWriteError, 'RetryableError', 'SystemOverloadedError', 'PoolRequestedRetry'] as const;

/**
 * The transaction is larger than the server's cache, or than its messages can be: nothing of it was stored, and another try
 * would fail too. In smaller batches it succeeds. MongoDB 6.0 reports the first only in the text of its message.
 */
const TOO_LARGE: ReadonlySet<unknown> = new Set([257, 359, 10_334]);
const WORDS_OF_TOO_LARGE = 'transaction is too large and will not fit';

function isTooLarge(error: unknown): boolean {
  return error instanceof MongoServerError && (TOO_LARGE.has(error.code) || error.message.includes(WORDS_OF_TOO_LARGE));
}

/** An error of the driver as a `StorageError`; anything else as it is. */
export function storageError(error: unknown): unknown {
  return error instanceof MongoError ? new StorageError(codeOf(error), explained(error), cureOf(error)) : error;
}

/** The error of a failed first connection (an address, a name, a password, a certificate), which is not the caller's fault. */
export function connectError(error: unknown): StorageError {
  return new StorageError('connection', explained(error), error instanceof MongoError ? cureOf(error) : undefined);
}

/**
 * After the commit was sent the outcome is unknown, unless the server itself says that nothing of it was stored: by this label,
 * which the driver gives to no error of a commit.
 */
export function commitError(error: unknown): StorageError {
  if (isTooLarge(error)) return new StorageError('other', error);
  const refused = error instanceof MongoServerError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError);
  return new StorageError(refused ? 'retry' : 'commit-unknown', error);
}

/** Runs an operation that may be repeated. Throws `StorageError`, or an error that is not the driver's. */
export async function repeatable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(error);
  }
}

/** Milliseconds for all waits of a read together: a server, a place in the pool, the answer, and the driver's second try. */
const READ_MS = 10_000;

/** The same for a read, which fails in time if there is no answer. */
export async function reading<T>(read: () => Promise<T>): Promise<T> {
  return withTimeout(READ_MS, repeatable(read), () => new StorageError('connection', new Error(`no answer from MongoDB within ${READ_MS} ms`)));
}

function codeOf(error: MongoError): StorageErrorCode {
  const inner = wrappedIn(error);
  if (inner !== undefined) return codeOf(inner);
  if (isTooLarge(error)) return 'other';
  if (AWAY.some((kind) => error instanceof kind) || AWAY_BY_NAME.has(error.name)) return 'connection';
  const known = BY_NUMBER.get(numberOf(error));
  if (known !== undefined) return known.code;
  if (error.hasErrorLabel(MongoErrorLabel.TransientTransactionError)) return 'retry';
  return PASSING.some((label) => error.hasErrorLabel(label)) ? 'connection' : 'other';
}

/** A bulk write wraps the error of one of its commands in an error of its own, which does not show the kind. */
function wrappedIn(error: MongoError): MongoError | undefined {
  const inner: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : undefined;
  return inner instanceof MongoError ? inner : undefined;
}

function numberOf(error: MongoError): unknown {
  if (error.code !== undefined) return error.code;
  if (error instanceof MongoBulkWriteError) return error.err?.code;
  return error instanceof MongoWriteConcernError ? error.result['writeConcernError']?.code : undefined;
}

function cureOf(error: MongoError): string | undefined {
  if (error instanceof MongoServerSelectionError) return `start it, or ${MEMBERS}`;
  return BY_NUMBER.get(numberOf(wrappedIn(error) ?? error))?.cure;
}

/** If no server is found in time, the error names what was found instead. */
function explained(error: unknown): unknown {
  if (!(error instanceof MongoServerSelectionError) || error.reason === undefined) return error;
  const found = [...error.reason.servers.values()].map((server) => `${server.address}: ${server.error?.message ?? server.type}`);
  return new Error(`no primary of MongoDB was found (${found.join(', ')})`, { cause: error });
}
