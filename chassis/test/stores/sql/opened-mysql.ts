import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Row, SqlDatabase, Statement, TransactionScript, Write } from '../../../src/stores/sql/sql-database.ts';
import { mysqlAddress, sessionSettings } from '../../../src/stores/sql/mysql-address.ts';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import { type TcpProxy, tcpProxy } from '../../../src/testing/tcp-proxy.ts';
import { temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { until } from '../../../src/testing/until.ts';

interface Thing {
  readonly id: string;
  readonly amount: number;
  readonly note: string | null;
}

interface ThingSchema {
  things: Thing;
}

export const COLUMNS = ['id', 'amount', 'note'] as const;

export interface OpenedMysql {
  readonly url: string;
  /** Between `database` and the server. */
  readonly proxy: TcpProxy;
  readonly database: SqlDatabase<ThingSchema>;
  /** Straight to the server, to disturb and to look. */
  readonly raw: Connection;
  /** id and amount of everything that is committed */
  amounts(): Promise<Readonly<Record<string, number>>>;
  /** Until somebody waits for a row's lock. */
  lockIsWaitedFor(): Promise<void>;
  close(): Promise<void>;
}

/** A database with one table of things a = 1 and b = 1, behind a proxy. */
export async function openedMysql(): Promise<OpenedMysql> {
  const { url, drop } = await temporaryDatabase();
  const server = new URL(url);
  const proxy = await tcpProxy({ host: server.hostname, port: Number(server.port) });
  const through = new URL(url);
  through.host = `${proxy.host}:${proxy.port}`;
  const database = openMysql<ThingSchema>({ url: through.href, poolSize: 3 });
  const { id, key, integer, text } = database.dialect.column;
  await database.migrate({
    'things-001': {
      async up(db) {
        const table = db.schema
          .createTable('things')
          .addColumn('id', key, (c) => c.primaryKey().notNull())
          .addColumn('amount', integer, (c) => c.notNull())
          .addColumn('note', text)
          .addColumn('owner', id);
        await database.dialect.clusteredTable(table).execute();
      },
    },
  });
  const raw = await createConnection(mysqlAddress(url));
  await raw.query(sessionSettings());
  await database.transact(() => writing([database.dialect.insert('things', COLUMNS, [['a', 1, null], ['b', 1, null]])]));
  return {
    url,
    proxy,
    database,
    raw,
    async amounts() {
      const [rows] = await raw.query<(RowDataPacket & Thing)[]>('select id, amount from things order by id');
      return Object.fromEntries(rows.map((row) => [row.id, row.amount]));
    },
    async lockIsWaitedFor() {
      const look =
        "select count(*) as waiting from information_schema.innodb_trx t join information_schema.processlist p on p.id = t.trx_mysql_thread_id where t.trx_state = 'LOCK WAIT' and p.db = database()";
      await until('somebody waits for a lock', async () => {
        // InnoDB shows what it showed last unless nobody has looked for 100 ms.
        await raw.query('do sleep(0.15)');
        const [rows] = await raw.query<RowDataPacket[]>(look);
        return Number(rows[0]?.waiting) > 0;
      }, 2500);
    },
    async close() {
      await database.close();
      await raw.end();
      await proxy.close();
      await drop();
    },
  };
}

/** A transaction that asks for `reads`, one packet each, is `then` interrupted, and writes. */
export function* writing(
  writes: readonly Write[],
  reads: readonly Statement[] = [],
  then: () => void = () => undefined,
): TransactionScript<readonly (readonly Row[])[]> {
  const results: (readonly Row[])[] = [];
  for (const read of reads) results.push((yield [read])[0] ?? []);
  then();
  return { writes, result: results };
}

export function setAmount(id: string, amount: number): Write {
  return { sql: 'update things set amount = ? where id = ?', parameters: [amount, id] };
}

export function locked(id: string): Statement {
  return { sql: 'select * from things where id = ? for update', parameters: [id] };
}

/** What a promise rejects with, and after how many milliseconds. */
export async function failureOf(promise: Promise<unknown>): Promise<{ readonly error: unknown; readonly afterMs: number }> {
  const startedAt = performance.now();
  try {
    await promise;
  } catch (error) {
    return { error, afterMs: performance.now() - startedAt };
  }
  throw new Error('nothing failed');
}
