import { mysqlAdvisoryLock } from './mysql-advisory-lock.ts';
import { ANSWER_MS, mysqlConnections } from './mysql-connections.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { migrateMysql } from './mysql-migrations.ts';
import { mysqlReader } from './mysql-reader.ts';
import { mysqlTransact } from './mysql-transaction.ts';
import type { SqlDatabase } from './sql-database.ts';

export interface MysqlOptions {
  /** `mysql://user:password@host:port/database` */
  readonly url: string;
  /** Connections for reads, default 10. Writes have two of their own: the writer has one transaction in flight. */
  readonly poolSize?: number;
}

/**
 * Seconds after which a process that is cut off, or frozen in the middle of a transaction, a packet or an answer, loses its
 * locks; well above the limit for an answer, well below the hours that are MySQL's default.
 */
const SILENCE_S = 12;
/** Seconds to wait for a lock; the batch is then repeated. */
const LOCK_WAIT_S = 3;

/** A MySQL database, 8.0.19 or later. Connections are made only when needed. */
export function openMysql<Schema>({ url, poolSize = 10 }: MysqlOptions): SqlDatabase<Schema> {
  const writing = mysqlConnections({
    url,
    size: 2,
    multipleStatements: true,
    variables: {
      wait_timeout: SILENCE_S,
      net_read_timeout: SILENCE_S,
      net_write_timeout: SILENCE_S,
      innodb_lock_wait_timeout: LOCK_WAIT_S,
    },
    answerMs: ANSWER_MS,
  });
  const reading = mysqlConnections({
    url,
    size: poolSize,
    multipleStatements: false,
    // The server gives up first, so that its query ends and the connection stays usable. It refuses writes, which are scripts.
    variables: { max_execution_time: ANSWER_MS - 500, transaction_read_only: 1 },
    answerMs: ANSWER_MS,
  });
  return {
    dialect: mysqlDialect,
    reader: mysqlReader<Schema>(reading),
    transact: (script) => mysqlTransact(writing, script),
    migrate: (migrations) => migrateMysql(url, migrations),
    advisoryLock: (name) => mysqlAdvisoryLock(url, name),
    async check() {
      const connection = await reading.acquire();
      try {
        await connection.send('select 1');
      } finally {
        connection.release();
      }
    },
    async close() {
      await Promise.all([writing.close(), reading.close()]);
    },
  };
}
