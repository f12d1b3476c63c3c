import { StorageError, type StorageErrorCode } from '../storage-error.ts';

/** By number: names differ between versions. https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html */
const CODES: ReadonlyMap<number, StorageErrorCode> = new Map([
  ...of('unique', [1062, 1586]),
  // CHECK, null, too long, out of range, no such text in this column, truncated, no default, foreign keys
  ...of('check', [3819, 1048, 1406, 1264, 1366, 1265, 1364, 1451, 1452]),
  // lock wait, dead lock, not at once, SELECT beyond max_execution_time
  ...of('retry', [1205, 1213, 3572, 3024]),
  // too many connections, shutting down, killed, idle for too long, lost on the way
  ...of('connection', [1040, 1053, 1317, 3169, 4031, 1158, 1159, 1160, 1161]),
  // nobody's input is to blame, and it may be over soon: disk or memory full, failed commit, read-only after a fail-over
  ...of('connection', [1021, 1030, 1037, 1041, 1114, 1180, 1290, 1792, 1836]),
]);

function of(code: StorageErrorCode, numbers: readonly number[]): [number, StorageErrorCode][] {
  return numbers.map((number) => [number, code]);
}

export function mysqlErrorCode(error: unknown): StorageErrorCode {
  if (!(error instanceof Error)) return 'other';
  const known = 'errno' in error && typeof error.errno === 'number' ? CODES.get(error.errno) : undefined;
  if (known !== undefined) return known;
  return 'fatal' in error && error.fatal === true ? 'connection' : 'other';
}

export function mysqlError(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError(mysqlErrorCode(error), error);
}
