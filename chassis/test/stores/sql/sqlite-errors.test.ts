import { expect, test } from 'bun:test';
import { sqliteDialect } from '../../../src/stores/sql/sqlite-dialect.ts';

const codeOf = (code: string) => sqliteDialect.errorCode(Object.assign(new Error('no'), { code }));

test('an error of SQLite is infrastructure when the machine is to blame', () => {
  const ofTheMachine = ['FULL', 'IOERR', 'IOERR_FSYNC', 'IOERR_SHMMAP', 'CANTOPEN', 'READONLY_DBMOVED', 'PERM', 'NOMEM', 'PROTOCOL', 'CORRUPT', 'CORRUPT_INDEX', 'NOTADB'];
  expect(ofTheMachine.filter((name) => codeOf(`SQLITE_${name}`) !== 'connection')).toEqual([]);
  expect(['BUSY', 'BUSY_SNAPSHOT', 'LOCKED'].filter((name) => codeOf(`SQLITE_${name}`) !== 'retry')).toEqual([]);
  expect(['ERROR', 'TOOBIG', 'MISMATCH', 'MISUSE', 'RANGE'].filter((name) => codeOf(`SQLITE_${name}`) !== 'other')).toEqual([]);
});
