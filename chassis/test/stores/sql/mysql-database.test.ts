import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'kysely';
import { type MysqlConnections, mysqlReader } from '../../../src/stores/sql/mysql-connections.ts';
import { StorageError } from '../../../src/storage-error.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { until } from '../../../src/testing/until.ts';
import { COLUMNS, failureOf, locked, type OpenedMysql, openedMysql, setAmount, writing } from './opened-mysql.ts';

describeOn(['MySQL'], () => {
  let mysql: OpenedMysql;
  beforeEach(async () => {
    mysql = await openedMysql();
  });
  afterEach(() => mysql.close());

  const codeOf = async (promise: Promise<unknown>) => {
    const { error } = await failureOf(promise);
    return error instanceof StorageError ? error.code : String(error);
  };
  const readAmount = (id: string) => mysql.database.reader.selectFrom('things').select('amount').where('id', '=', id).execute();

  describe('a transaction on MySQL', () => {
    test('is `commit-unknown` if the answer to its commit is lost: here it took place', async () => {
      const { database, proxy } = mysql;
      const lost = database.transact(() => writing([setAmount('a', 2)], [locked('a')], () => proxy.set('drop-answers')));
      const { error, afterMs } = await failureOf(lost);
      expect(error).toMatchObject({ name: 'StorageError', code: 'commit-unknown' });
      expect(afterMs).toBeLessThan(10_000);
      expect(await mysql.amounts()).toEqual({ a: 2, b: 1 });
    }, 15_000);

    test('is `commit-unknown` if its connection is cut during the commit, and all of it is there or nothing', async () => {
      const { database, proxy } = mysql;
      const writes = [setAmount('a', 2), setAmount('b', 2)];
      expect(await codeOf(database.transact(() => writing(writes, [locked('a')], () => proxy.set('cut-on-answer'))))).toBe('commit-unknown');
      proxy.set('forward');
      // Waits until the server is done with the lost transaction.
      await database.transact(() => writing([], [locked('a')]));
      const either: Readonly<Record<string, number>>[] = [{ a: 1, b: 1 }, { a: 2, b: 2 }];
      expect(either).toContainEqual(await mysql.amounts());
    });

    test('is `connection` if its connection is lost before the last packet, and leaves nothing', async () => {
      const { database, proxy } = mysql;
      proxy.set('cut-on-answer');
      expect(await codeOf(database.transact(() => writing([setAmount('a', 2)], [locked('a')])))).toBe('connection');
      proxy.set('forward');
      expect(await mysql.amounts()).toEqual({ a: 1, b: 1 });
    });

    test('is `retry` after a deadlock, leaves nothing and succeeds the second time', async () => {
      const { database, raw } = mysql;
      await raw.query('begin');
      // The server gives up the transaction that changed less.
      await raw.query("insert into things (id, amount) values ('x', 1), ('y', 1), ('z', 1)");
      await raw.query("select * from things where id = 'b' for update");
      const crossing = () => database.transact(() => writing([setAmount('a', 2)], [locked('a'), locked('b')]));
      const code = codeOf(crossing());
      await mysql.lockIsWaitedFor();
      await raw.query("select * from things where id = 'a' for update");
      expect(await code).toBe('retry');
      await raw.query('rollback');
      await crossing();
      expect(await mysql.amounts()).toEqual({ a: 2, b: 1 });
    });

    test('leaves nothing after waiting too long for a lock, although MySQL undoes only the last statement', async () => {
      const { database, raw } = mysql;
      await raw.query('begin');
      await raw.query("select * from things where id = 'b' for update");
      const { error, afterMs } = await failureOf(database.transact(() => writing([setAmount('a', 2), setAmount('b', 2)])));
      expect(error).toMatchObject({ code: 'retry', cause: { errno: 1205 } });
      expect(afterMs).toBeLessThan(6000);
      await raw.query('rollback');
      expect(await mysql.amounts()).toEqual({ a: 1, b: 1 });
      await database.transact(() => writing([setAmount('b', 3)]));
      expect(await mysql.amounts()).toEqual({ a: 1, b: 3 });
    }, 15_000);

    test('leaves nothing, and a usable connection, if its script throws or a write is refused', async () => {
      const { database } = mysql;
      const broken = () => {
        throw new Error('decided otherwise');
      };
      expect((await failureOf(database.transact(() => writing([], [locked('a')], broken)))).error).toMatchObject({ message: 'decided otherwise' });
      const doubled = database.dialect.insert('things', COLUMNS, [['c', 1, null], ['a', 1, null]]);
      expect(await codeOf(database.transact(() => writing([setAmount('a', 9), doubled])))).toBe('unique');
      const nothing = database.dialect.insert('things', COLUMNS, [['c', null, null]]);
      expect(await codeOf(database.transact(() => writing([setAmount('a', 9), nothing])))).toBe('check');
      expect(await mysql.amounts()).toEqual({ a: 1, b: 1 });
    });

    test('stays on one connection, unseen by others until it commits', async () => {
      const { database } = mysql;
      const me = { sql: 'select connection_id() as me, @@transaction_isolation as isolation', parameters: [] };
      const rows = await Promise.all([1, 2].map(() => database.transact(() => writing([], [me, me, me]))));
      for (const steps of rows) {
        expect(new Set(steps.map(([row]) => row?.me)).size).toBe(1);
        expect(steps[0]?.[0]?.isolation).toBe('READ-COMMITTED');
      }
    });

    test('too large for a packet is not an infrastructure error: the batch can be halved', async () => {
      const { database } = mysql;
      const rows = [1, 2].map((number) => [`long ${number}`, number, 'x'.repeat(9_000_000)]);
      expect(await codeOf(database.transact(() => writing([database.dialect.insert('things', COLUMNS, rows)])))).toBe('other');
      await database.transact(() => writing([database.dialect.insert('things', COLUMNS, rows.slice(1))]));
      expect(await mysql.amounts()).toEqual({ a: 1, b: 1, 'long 2': 2 });
    });
  });

  describe('when MySQL does not answer', () => {
    test('a frozen server leads to a StorageError in time, and no connection to it is used again', async () => {
      const { database, proxy } = mysql;
      await readAmount('a');
      const before = proxy.accepted;
      proxy.set('stall');
      const failures = await Promise.all([
        failureOf(database.transact(() => writing([setAmount('a', 2)], [locked('a')]))),
        failureOf(readAmount('a')),
        failureOf(database.check()),
      ]);
      for (const { error, afterMs } of failures) {
        expect(error).toMatchObject({ name: 'StorageError', code: 'connection' });
        expect(afterMs).toBeLessThan(10_000);
      }
      proxy.set('forward');
      await database.transact(() => writing([setAmount('b', 2)]));
      expect(await readAmount('b')).toEqual([{ amount: 2 }]);
      expect(proxy.accepted).toBeGreaterThan(before);
    }, 20_000);

    test('a read has one time limit for its connection and its answer together', async () => {
      const [waitedMs, limits] = [100, [] as number[]];
      const slow = {
        async acquire() {
          const begun = performance.now();
          await until('a slow connection', () => performance.now() - begun > waitedMs);
          return { send: async (_text: string, limitMs: number) => void limits.push(limitMs), release: () => undefined };
        },
        close: async () => undefined,
      };
      await sql`select 1`.execute(mysqlReader(slow as unknown as MysqlConnections)).catch(() => undefined);
      expect(limits).toEqual([expect.any(Number)]);
      expect(limits[0]).toBeLessThan(10_000 - waitedMs);
    });

    test('a server that is not there leads to a StorageError, for reads as well', async () => {
      const { database, proxy } = mysql;
      await proxy.close();
      expect(await codeOf(readAmount('a'))).toBe('connection');
      expect(await codeOf(database.transact(() => writing([setAmount('a', 2)])))).toBe('connection');
      expect(await codeOf(database.check())).toBe('connection');
    });

    test('waiting too long for one of few connections is reported as such', async () => {
      const { database } = mysql;
      const slow = Array.from({ length: 3 }, () => sql`select sleep(4.8)`.execute(database.reader));
      const { error, afterMs } = await failureOf(readAmount('a'));
      expect(error).toMatchObject({ code: 'connection' });
      expect(afterMs).toBeLessThan(5000);
      await Promise.all(slow);
      expect(await readAmount('a')).toEqual([{ amount: 1 }]);
    }, 15_000);

    test('a query that takes too long ends, here and on the server', async () => {
      const { database, raw } = mysql;
      await Promise.allSettled([sql`select sleep(60) from things`.execute(database.reader)]);
      const [running] = await raw.query("select * from information_schema.processlist where info like 'select sleep(60)%'");
      expect(running).toEqual([]);
    }, 15_000);
  });

  describe('data on MySQL', () => {
    test('comes back as it was: quotes, question marks, blanks at the end, any letter, large numbers', async () => {
      const { database } = mysql;
      const ids = [`it's`, 'a ', 'A', 'ä', 'a\\', '?', '"; drop table things; --', '🦀', 'a\n', `\0`];
      const rows = ids.map((id, number) => [id, 2 ** 53 - 1 - number, `${id}${'ß'.repeat(100_000)}`]);
      await database.transact(() => writing([database.dialect.insert('things', COLUMNS, rows)]));
      const load = database.dialect.load('things', COLUMNS, 'id', ids.toSorted());
      const [loaded] = await database.transact(() => writing([], [load]));
      const byId = Object.fromEntries((loaded ?? []).map((row) => [row.id, [row.amount, row.note]]));
      expect(byId).toEqual(Object.fromEntries(rows.map(([id, ...rest]) => [id, rest])));
      const read = await database.reader.selectFrom('things').select('id').where(database.dialect.in('id', ids)).execute();
      expect(read.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    });

    test('in many rows is changed or removed by one statement; removed rows do not come back', async () => {
      const { database } = mysql;
      const { dialect } = database;
      const changes = [['one', 10, 'a'], [null, 20, 'b'], ['three', 30, 'gone']].map(([note, amount, id]) => [note, amount, id]);
      await database.transact(() => writing([dialect.update('things', ['note', 'amount'], ['id'], changes)]));
      expect(await mysql.amounts()).toEqual({ a: 10, b: 20 });
      await database.transact(() => writing([dialect.remove('things', ['id'], [['a'], ['gone']])]));
      expect(await mysql.amounts()).toEqual({ b: 20 });
      await database.transact(() => writing([dialect.update('things', ['note'], ['id'], []), dialect.remove('things', ['id'], [])]));
      expect(await mysql.amounts()).toEqual({ b: 20 });
    });

    test('readers cannot be talked into a second statement', async () => {
      expect(await codeOf(sql.raw('select 1; delete from things').execute(mysql.database.reader))).toBe('other');
      expect(await mysql.amounts()).toEqual({ a: 1, b: 1 });
    });
  });
});
