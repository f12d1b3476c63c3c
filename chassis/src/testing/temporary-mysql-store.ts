import { createConnection } from 'mysql2/promise';
import { addressOf } from './real-servers.ts';
import { mysqlAddress, sessionSettings } from '../stores/sql/mysql-address.ts';
import type { MysqlOptions } from '../stores/sql/mysql-database.ts';
import { type Migratable, type MigratedStore, migratedStore } from './temporary-store.ts';

export interface TemporaryDatabase {
  /** Includes the database's name. */
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database with a random name on the MySQL server for tests. */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const server = addressOf('MySQL');
  const name = `souk_test_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `drop database ${name}`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const connection = await createConnection({ ...mysqlAddress(server), connectTimeout: 3000 });
  try {
    await connection.query(sessionSettings());
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

export interface TemporaryMysqlStore<S extends Migratable> extends MigratedStore<S> {
  /** URL of its database, for another connection to it. */
  readonly url: string;
}

/** An empty MySQL store on the server for tests. */
export async function temporaryMysqlStore<S extends Migratable>(open: (options: MysqlOptions) => S): Promise<TemporaryMysqlStore<S>> {
  const { url, drop } = await temporaryDatabase();
  return { ...(await migratedStore(open({ url }), drop)), url };
}
