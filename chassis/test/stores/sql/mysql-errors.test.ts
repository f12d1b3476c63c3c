import { describe, expect, test } from 'bun:test';
import { mysqlError, mysqlErrorCode } from '../../../src/stores/sql/mysql-errors.ts';
import type { StorageErrorCode } from '../../../src/storage-error.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { failureOf, openedMysql, setAmount, writing } from './opened-mysql.ts';

/** Numbers by what they are about; names: https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html */
const INFRASTRUCTURE = {
  'a group without quorum, a member that leaves it, its hooks at the commit': [3098, 3100, 3101, 3781, 3782, 3783, 3796, 3797, 3798, 3799],
  'a server that takes no writes': [1036, 1290, 1792, 1836, 1874, 1881, 3989],
  'files of the server, its disk and its memory': [1, 2, 3, 5, 9, 20, 23, 27, 29, 33, 35, 1004, 1015, 1016, 1021, 1023, 1024, 1026, 1028, 1030, 1034, 1037, 1038, 1041, 1114, 1194, 1206, 1637, 1712, 1810, 1811, 1812, 1814, 1877, 1878, 3015, 3019, 3044, 3675],
  'a commit, or its log, that failed': [1180, 1181, 1534, 1598, 1665],
  'a server that cannot be reached, has no room, or is shutting down': [1040, 1042, 1043, 1047, 1053, 1129, 1130, 1135, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1317, 3032, 3168, 3169, 4031, 4082],
  'rights and passwords that were changed': [1044, 1045, 1142, 1143, 1227, 1370, 1820, 1862, 3118, 3159],
} as const;
const OTHERS: readonly (readonly [StorageErrorCode, readonly number[]])[] = [
  ['unique', [1022, 1062, 1169, 1586]],
  ['check', [1048, 1216, 1217, 1264, 1265, 1364, 1366, 1406, 1451, 1452, 3819]],
  ['retry', [1020, 1205, 1213, 1412, 1689, 3024, 3058, 3572]],
  // A defect of ours, or a transaction that is too large: halves of it may go through.
  ['other', [22, 28, 34, 1054, 1064, 1105, 1146, 1153, 1197, 1436, 1705, 3170, 3231]],
];

const answered = (errno: number, sqlState = 'HY000') => Object.assign(new Error('the server said no'), { errno, sqlState });

describe('an error of MySQL', () => {
  test.each(Object.entries(INFRASTRUCTURE))('is infrastructure when it is about %s', (_, numbers) => {
    expect(numbers.filter((errno) => !mysqlError(answered(errno)).isInfrastructure)).toEqual([]);
  });

  test.each(OTHERS)('is %s by its number', (code, numbers) => {
    expect(numbers.filter((errno) => mysqlErrorCode(answered(errno)) !== code)).toEqual([]);
  });

  test('of a later version is known by its class of SQLSTATE: a lost connection, or a transaction rolled back', () => {
    expect(mysqlErrorCode(answered(9999, '08S01'))).toBe('connection');
    expect(mysqlErrorCode(answered(9999, '40000'))).toBe('connection');
    expect(mysqlErrorCode(answered(9999, '42000'))).toBe('other');
    expect(mysqlErrorCode(answered(1153, '08S01'))).toBe('other');
  });

  test("of the driver is a lost connection, whatever number it has from the operating system", () => {
    expect(mysqlErrorCode(Object.assign(new Error('reset'), { errno: 22, code: 'ECONNRESET', fatal: true }))).toBe('connection');
    expect(mysqlErrorCode(new TypeError('a defect'))).toBe('other');
  });

  test('says what to do about the server, in its own message', () => {
    expect(mysqlError(answered(3100)).message).toBe('storage: connection: the server said no (look at the group: performance_schema.replication_group_members)');
    expect(mysqlError(answered(1062)).message).toBe('storage: unique: the server said no');
  });
});

describeOn(['MySQL'], () => {
  test('a transaction that MySQL cannot carry out for a reason of its own is looked up and repeated, and leaves nothing', async () => {
    const mysql = await openedMysql();
    await mysql.raw.query(
      "create trigger refuse before update on things for each row begin declare n int default new.amount; if n > 0 then signal sqlstate 'HY000' set mysql_errno = n; end if; end",
    );
    for (const errno of Object.values(INFRASTRUCTURE).flat()) {
      const { error } = await failureOf(mysql.database.transact(() => writing([setAmount('a', 0), setAmount('b', errno)])));
      expect(error).toMatchObject({ code: 'commit-unknown', isInfrastructure: true, cause: { cause: { errno } } });
    }
    expect(await mysql.amounts()).toEqual({ a: 1, b: 1 });
    await mysql.raw.query('drop trigger refuse');
    await mysql.database.transact(() => writing([setAmount('a', 2)]));
    expect(await mysql.amounts()).toEqual({ a: 2, b: 1 });
    await mysql.close();
  }, 60_000);
});
