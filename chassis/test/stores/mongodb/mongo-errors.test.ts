import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Glob } from 'bun';
import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerError, MongoWriteConcernError } from 'mongodb';
import type { WriteConcernError } from 'mongodb';
import { commitError, storageError } from '../../../src/stores/mongodb/mongo-errors.ts';
import type { StorageErrorCode } from '../../../src/storage-error.ts';

const said = (message: string, code: number, errorLabels: string[] = []) => new MongoServerError({ message, code, errorLabels });
const codeOf = (error: unknown) => (storageError(error) as { readonly code?: unknown }).code;

test.each([
  ['in words, with any code', said('WiredTigerRecordStore::insertRecord -31800: transaction is too large and will not fit in the storage engine cache', 112, ['TransientTransactionError'])],
  ['by its code', said('no words for it', 359)],
  ['by the size of a message', said('BSONObj size is invalid', 10_334)],
])('a transaction that is too large is not repeated: the batch is split (%s)', (_how, error) => {
  expect(commitError(error)).toMatchObject({ code: 'other', isInfrastructure: false });
  expect(storageError(error)).toMatchObject({ code: 'other', isInfrastructure: false });
  expect(codeOf(bulkWrite(error))).toBe('other');
});

test('a commit with any other failure is looked up, or repeated if the server says that it stored nothing', () => {
  expect(commitError(said('interrupted', 11_601)).code).toBe('commit-unknown');
  expect(commitError(said('write conflict', 112, ['TransientTransactionError'])).code).toBe('retry');
});

describe("an error of the driver's own", () => {
  /** Of each kind there is, what it is to us. A new version's new kind is missing here, and has to be thought about. */
  const KINDS: Readonly<Record<string, StorageErrorCode>> = {
    // Servers, connections, pools and sessions that are not there, or were taken away meanwhile.
    MongoNetworkError: 'connection',
    MongoNetworkTimeoutError: 'connection',
    PoolClearedError: 'connection',
    PoolClearedOnNetworkError: 'connection',
    PoolClosedError: 'connection',
    WaitQueueTimeoutError: 'connection',
    MongoSystemError: 'connection',
    MongoServerSelectionError: 'connection',
    MongoTopologyClosedError: 'connection',
    MongoServerClosedError: 'connection',
    MongoClientClosedError: 'connection',
    MongoNotConnectedError: 'connection',
    MongoExpiredSessionError: 'connection',
    MongoOperationTimeoutError: 'connection',
    MongoStalePrimaryError: 'connection',
    // It does not get in.
    MongoKerberosError: 'connection',
    MongoAWSError: 'connection',
    MongoOIDCError: 'connection',
    MongoAzureError: 'connection',
    MongoGCPError: 'connection',
    // By their numbers, which these examples have not.
    MongoServerError: 'other',
    MongoBulkWriteError: 'other',
    MongoWriteConcernError: 'other',
    MongoClientBulkWriteError: 'other',
    // Wrong use, wrong settings, what a server should never say, and what nobody here uses.
    MongoDriverError: 'other',
    MongoAPIError: 'other',
    MongoRuntimeError: 'other',
    MongoBatchReExecutionError: 'other',
    MongoDecompressionError: 'other',
    MongoTransactionError: 'other',
    MongoClientBulkWriteCursorError: 'other',
    MongoClientBulkWriteExecutionError: 'other',
    MongoChangeStreamError: 'other',
    MongoTailableCursorError: 'other',
    MongoGridFSStreamError: 'other',
    MongoGridFSChunkError: 'other',
    MongoUnexpectedServerResponseError: 'other',
    MongoCursorInUseError: 'other',
    MongoCursorExhaustedError: 'other',
    MongoParseError: 'other',
    MongoInvalidArgumentError: 'other',
    MongoCompatibilityError: 'other',
    MongoMissingCredentialsError: 'other',
    MongoMissingDependencyError: 'other',
    MongoCryptError: 'other',
    MongoCryptInvalidArgumentError: 'other',
    MongoCryptCreateDataKeyError: 'other',
    MongoCryptCreateEncryptedCollectionError: 'other',
    MongoCryptAzureKMSRequestError: 'other',
    MongoCryptKMSRequestNetworkTimeoutError: 'other',
  };

  const kinds = errorKinds();

  test('is of a kind that this table knows', () => {
    expect([...kinds.keys()].toSorted()).toEqual(Object.keys(KINDS).toSorted());
  });

  test.each(Object.entries(KINDS))('%s is %s', (name, code) => {
    expect(codeOf(thrown(kinds.get(name)))).toBe(code);
  });

  test.each(Object.entries(KINDS).filter(([name]) => name !== 'MongoBulkWriteError'))('%s within a bulk write is %s', (name, code) => {
    expect(codeOf(bulkWrite(thrown(kinds.get(name))))).toBe(code);
  });
});

describe('an error of the server', () => {
  const WITHIN: readonly (readonly [string, (code: number) => MongoError])[] = [
    ['alone', (code) => said('so', code)],
    ['to a command of a bulk write', (code) => bulkWrite(said('so', code))],
    ['as a failed write of a bulk write', (code) => new MongoBulkWriteError({ message: 'so', code, writeErrors: [] }, NOTHING_WRITTEN)],
    ['as a write concern that was not met', (code) => new MongoWriteConcernError({ ok: 1, writeConcernError: { code, errmsg: 'so' } })],
    ['as the write concern of a bulk write', (code) => new MongoBulkWriteError(concern(code), NOTHING_WRITTEN)],
  ];

  const ANSWERS: readonly (readonly [string, number, StorageErrorCode])[] = [
    ['a duplicate key', 11_000, 'unique'],
    ['a document against the validator', 121, 'check'],
    ['not the primary', 10_107, 'connection'],
    ['an operation ended by a fail-over', 11_602, 'connection'],
    ['shutting down', 91, 'connection'],
    ['a replica set that is being initiated', 94, 'connection'],
    ['no majority in time', 64, 'connection'],
    ['a full disk', 14_031, 'connection'],
    ['no such user, or not yet', 18, 'connection'],
    ['a write conflict', 112, 'retry'],
    ['a cursor lost in a fail-over', 43, 'retry'],
    ['a right that is missing, or was not given yet', 13, 'connection'],
    ['a command it does not know', 59, 'other'],
  ];

  for (const [how, answer] of WITHIN) {
    test.each([...ANSWERS])(`${how}: %s (%i) is %s`, (_what, number, code) => {
      expect(codeOf(answer(number))).toBe(code);
    });
  }

  test('with a label that another try may succeed is no defect, whatever its number', () => {
    const labelled = (label: string) => codeOf(said('so', 77_777, [label]));
    expect(labelled('TransientTransactionError')).toBe('retry');
    for (const label of ['RetryableWriteError', 'SystemOverloadedError', 'RetryableError']) expect(labelled(label)).toBe('connection');
    expect(codeOf(said('so', 77_777))).toBe('other');
  });
});

test('a missing primary is reported with what was found instead', () => {
  const servers = new Map([['db:27017', { address: 'db:27017', error: new MongoNetworkError('connect ECONNREFUSED'), type: 'Unknown' }]]);
  const error = Object.assign(thrown(errorKinds().get('MongoServerSelectionError')), { reason: { servers } });
  expect(String(storageError(error))).toContain('no primary of MongoDB was found (db:27017: connect ECONNREFUSED) (start it, or look at the replica set: rs.status())');
});

type Kind = new (...given: never[]) => MongoError;

const NOTHING_WRITTEN = { insertedCount: 0 } as never;

function bulkWrite(error: MongoError): MongoBulkWriteError {
  return new MongoBulkWriteError(error, NOTHING_WRITTEN);
}

/** Constructors want what only the driver has at hand. */
function thrown(kind: Kind | undefined): MongoError {
  if (kind === undefined) throw new Error('no such kind');
  return Object.assign(Object.create(kind.prototype) as MongoError, { message: 'so', errorLabelSet: new Set(), result: {} });
}

const LIB = dirname(Bun.resolveSync('mongodb', import.meta.dir));
const DERIVED = /class \w+ extends [\w.]*Error\b/;

/** Also those that it keeps to itself, wherever they are. */
function errorKinds(): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const file of new Glob('**/*.js').scanSync(LIB)) {
    if (!DERIVED.test(readFileSync(join(LIB, file), 'utf8'))) continue;
    for (const [name, value] of Object.entries(driverFile(file))) if (isKind(value)) kinds.set(name, value);
  }
  return kinds;
}

function isKind(value: unknown): value is Kind {
  return typeof value === 'function' && value.prototype instanceof MongoError;
}

/** As the driver makes it of an answer; it exports the type alone. */
function concern(code: number): WriteConcernError {
  const Concern = driverFile('bulk/common.js')['WriteConcernError'] as new (answer: object) => WriteConcernError;
  return new Concern({ code, errmsg: 'so' });
}

function driverFile(name: string): Readonly<Record<string, unknown>> {
  return require(join(LIB, name));
}
