import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

const CONNECT_LIMIT_MS = 5000;
const COUNTED = /^(Innodb_data_(written|read|writes|reads|fsyncs)|Innodb_os_log_written|Innodb_rows_(read|inserted|updated|deleted)|Innodb_buffer_pool_(reads|pages_flushed)|Com_(commit|insert|update|delete|select)|Questions)$/;

/** MySQL's own counters of rows, bytes and statements, for the whole server. */
export async function mysqlCounters(address: string): Promise<Record<string, number>> {
  const rows = await asked<{ Variable_name: string; Value: string }>(address, 'show global status');
  return Object.fromEntries(rows.filter(({ Variable_name }) => COUNTED.test(Variable_name)).map(({ Variable_name, Value }) => [Variable_name, Number(Value)]));
}

/** Bytes of each table's file, indexes included. */
export async function mysqlTables(address: string): Promise<Record<string, number>> {
  const sql = "select name, file_size as bytes from information_schema.innodb_tablespaces where name like '%/%' and name not like 'sys/%'";
  const rows = await asked<{ NAME?: string; name?: string; bytes: number | string }>(address, sql);
  return Object.fromEntries(rows.map(({ NAME, name = NAME ?? '', bytes }) => [name.replace('/', '.'), Number(bytes)]));
}

/** Changes settings of a running server, also for its later starts. */
export async function setMysql(address: string, settings: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await asked(address, `set persist ${name} = ${value}`);
}

async function asked<R>(address: string, sql: string): Promise<readonly R[]> {
  const connection = await createConnection({ ...mysqlAddress(address), connectTimeout: CONNECT_LIMIT_MS });
  try {
    const [rows] = await connection.query<(R & RowDataPacket)[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}
