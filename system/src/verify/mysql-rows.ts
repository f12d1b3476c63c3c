import { createConnection } from 'mysql2/promise';
import type { Rows } from './shop-records.ts';

const CONNECT_LIMIT_MS = 5000;
const QUERY_LIMIT_MS = 60_000;

/** Reads a MySQL database on a connection of its own, in one transaction: all tables as of one moment. */
export async function readingMysql<T>(url: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    uri: url,
    connectTimeout: CONNECT_LIMIT_MS,
    supportBigNumbers: true,
    jsonStrings: true,
  });
  try {
    await connection.query('set session transaction isolation level repeatable read');
    await connection.query('start transaction with consistent snapshot, read only');
    return await read(async (sql) => {
      const [rows] = await connection.query({ sql, timeout: QUERY_LIMIT_MS });
      return rows as never;
    });
  } finally {
    connection.destroy();
  }
}
