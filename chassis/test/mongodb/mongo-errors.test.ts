import { expect, test } from 'bun:test';
import { MongoServerError } from 'mongodb';
import { commitError, storageError } from '../../src/mongodb/mongo-errors.ts';

const said = (message: string, code: number, errorLabels: string[] = []) => new MongoServerError({ message, code, errorLabels });

test.each([
  ['in words, with any code', said('WiredTigerRecordStore::insertRecord -31800: transaction is too large and will not fit in the storage engine cache', 112, ['TransientTransactionError'])],
  ['by its code', said('no words for it', 359)],
  ['by the size of a message', said('BSONObj size is invalid', 10_334)],
])('a transaction that is too large is nothing to be repeated: the batch is split (%s)', (_how, error) => {
  expect(commitError(error)).toMatchObject({ code: 'other', isInfrastructure: false });
  expect(storageError(error)).toMatchObject({ code: 'other', isInfrastructure: false });
});

test('a commit with any other failure is looked up, or repeated when the server says that nothing of it is there', () => {
  expect(commitError(said('interrupted', 11_601)).code).toBe('commit-unknown');
  expect(commitError(said('write conflict', 112, ['TransientTransactionError'])).code).toBe('retry');
});
