import { StorageError, type StorageErrorCode } from '../../storage-error.ts';

interface Kind {
  readonly code: StorageErrorCode;
  readonly numbers: readonly number[];
  /** The remedy for the server's operator, where the server's own message does not give it. */
  readonly cure?: string;
}

/**
 * Server errors that are not a defect of ours, by number, because names differ between versions. An error that is `connection`
 * here is not caused by any input and may be over soon. As the answer to a commit it leaves the outcome open, which is looked up.
 * Not here, because halves of a batch may go through: a transaction too large for the log (1197, 1705, 3231), a packet (1153),
 * a stack (1436) or the memory of a query (3170).
 * https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html
 */
const KINDS: readonly Kind[] = [
  { code: 'unique', numbers: [1022, 1062, 1169, 1586] },
  // CHECK, null, too long, out of range, no such text in this column, truncated, no default, foreign keys
  { code: 'check', numbers: [3819, 1048, 1406, 1264, 1366, 1265, 1364, 1451, 1452, 1216, 1217] },
  // an impossible JSON path: `failUnless` of ours
  { code: 'stale', numbers: [3143] },
  // lock wait, deadlocks, lock not free at once, SELECT beyond max_execution_time, changed since it was read, table altered, lock aborted
  { code: 'retry', numbers: [1205, 1213, 3058, 3572, 3024, 1020, 1412, 1689] },
  // shutting down, killed, idle for too long, offline, connection lost, not ready yet (Galera)
  { code: 'connection', numbers: [1053, 1079, 1080, 1317, 3169, 4031, 3032, 3168, 1039, 1047, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1189, 1190, 1218] },
  {
    code: 'connection',
    numbers: [1040, 1042, 1043, 1129, 1130, 1135, 1203, 1226, 4081, 4082],
    cure: 'give the server more connections (max_connections), threads or memory, or its clients fewer (DATABASE_POOL); or flush hosts',
  },
  {
    code: 'connection',
    numbers: [1044, 1045, 1142, 1143, 1227, 1370, 1820, 1862, 3118, 3159, 3955],
    cure: "give the service's user its rights, or its password back",
  },
  {
    code: 'connection',
    numbers: [1036, 1209, 1290, 1792, 1836, 1874, 1881, 3989],
    cure: 'end read_only there, or name the server that takes writes in DATABASE_URL',
  },
  // Group Replication: its requirements, its hooks, a rollback it asked for, a member that is held or not consistent yet
  {
    code: 'connection',
    numbers: [3098, 3100, 3101, 3164, 3781, 3782, 3783, 3796, 3797, 3798, 3799],
    cure: 'look at the group: performance_schema.replication_group_members',
  },
  // a commit or its log: failed, impossible, of another format
  {
    code: 'connection',
    numbers: [1180, 1181, 1182, 1183, 1374, 1534, 1598, 1661, 1662, 1663, 1664, 1665, 1666, 1667],
    cure: "look at the server's binary log and its disk; binlog_format has to be ROW",
  },
  // disk full or failing, files that cannot be opened, locked, read or written, memory, locks, undo, damaged tables, another engine's errors
  {
    code: 'connection',
    numbers: [
      1004, 1011, 1013, 1014, 1015, 1016, 1017, 1018, 1019, 1021, 1023, 1024, 1025, 1026, 1027, 1028, 1030, 1034, 1035, 1037, 1038, 1041, 1114, 1194,
      1195, 1206, 1296, 1297, 1637, 1712, 1810, 1811, 1812, 1814, 1817, 1877, 1878, 3000, 3015, 3019, 3044, 3675, 3884, 3985,
    ],
    cure: "look at the server's disk, memory and error log",
  },
];

/** Errors of the server's own system calls on files and memory, except unknown character sets (22, 28) and a limit of a query (34). */
const OF_ITS_SYSTEM: Kind = { code: 'connection', numbers: [], cure: "look at the server's disk, memory and error log" };
const LAST_OF_ITS_SYSTEM = 99;
const NOT_OF_ITS_SYSTEM: ReadonlySet<number> = new Set([22, 28, 34]);

/** By class of SQLSTATE: a failed connection, a transaction rolled back, whatever number a later version gives it. */
const AWAY_BY_CLASS: Kind = { code: 'connection', numbers: [] };
const CLASSES_OF_AWAY = /^(?:08|40)/;
/** This has such a class, but is about the size of what we send. */
const PACKET_TOO_LARGE = 1153;

const BY_NUMBER: ReadonlyMap<number, Kind> = new Map(KINDS.flatMap((kind) => kind.numbers.map((number) => [number, kind])));

/** The error of a connection that could not be had (an address, a password, a full queue), which is not the caller's fault. */
export function unreachable(error: Error): StorageError {
  return new StorageError('connection', error, kindOf(error)?.cure);
}

export function mysqlErrorCode(error: unknown): StorageErrorCode {
  if (!(error instanceof Error)) return 'other';
  // An error of the driver: about a socket, it may carry a number of the operating system.
  if ('fatal' in error && error.fatal === true) return 'connection';
  return kindOf(error)?.code ?? 'other';
}

export function mysqlError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(mysqlErrorCode(error), error, error instanceof Error ? kindOf(error)?.cure : undefined);
}

function kindOf(error: Error): Kind | undefined {
  const { errno, sqlState } = error as { readonly errno?: unknown; readonly sqlState?: unknown };
  if (typeof errno !== 'number' || errno === PACKET_TOO_LARGE) return undefined;
  const known = BY_NUMBER.get(errno);
  if (known !== undefined) return known;
  // An error of the operating system from the driver has a number too, and no SQLSTATE.
  if (typeof sqlState !== 'string' || sqlState === '') return undefined;
  if (errno > 0 && errno <= LAST_OF_ITS_SYSTEM && !NOT_OF_ITS_SYSTEM.has(errno)) return OF_ITS_SYSTEM;
  return CLASSES_OF_AWAY.test(sqlState) ? AWAY_BY_CLASS : undefined;
}
