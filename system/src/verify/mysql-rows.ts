import { mysqlAddress, sessionSettings } from '@souk/chassis/stores/sql/mysql-address';
import { type Connection, createConnection } from 'mysql2';
import type { Rows } from './shop-records.ts';

const CONNECT_LIMIT_MS = 5000;
/** Longest wait between two batches of one query. */
const STALL_LIMIT_MS = 60_000;
const ROWS_PER_BATCH = 1000;
/** Session settings: one snapshot for everything, and time-outs in seconds for writing the facts of a batch, and between two queries. */
const PATIENT = { transaction_isolation: 'REPEATABLE-READ', net_write_timeout: 600, wait_timeout: 600 };

/** Reads a MySQL database on a connection of its own, in one transaction: all tables as of one moment. */
export async function readingMysql<T>(url: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const connection = createConnection({ ...mysqlAddress(url), connectTimeout: CONNECT_LIMIT_MS, supportBigNumbers: true, jsonStrings: true });
  try {
    await connection.promise().query(sessionSettings(PATIENT));
    await connection.promise().query('start transaction with consistent snapshot, read only');
    return await read((sql) => batches(connection, sql));
  } finally {
    connection.destroy();
  }
}

async function* batches<R>(connection: Connection, sql: string): AsyncIterable<readonly R[]> {
  const rows = connection.query(sql).stream({ highWaterMark: ROWS_PER_BATCH });
  const stall = setTimeout(() => rows.destroy(new Error(`no row within ${STALL_LIMIT_MS} ms: ${sql}`)), STALL_LIMIT_MS);
  try {
    let batch: R[] = [];
    for await (const row of rows) {
      if (batch.push(row) < ROWS_PER_BATCH) continue;
      yield batch;
      batch = [];
      stall.refresh();
    }
    yield batch;
  } finally {
    clearTimeout(stall);
  }
}
