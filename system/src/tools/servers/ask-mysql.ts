import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

const ANSWER_MS = 3000;

/** Returns the version that the server reports. Throws if it does not serve. */
export async function askMysql(url: string): Promise<string> {
  const connection = await createConnection({ ...mysqlAddress(url), connectTimeout: ANSWER_MS });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select version() as version', timeout: ANSWER_MS });
    return `MySQL ${String(rows[0]?.['version'])}`;
  } finally {
    connection.destroy();
  }
}
