import { randomBytes } from 'node:crypto';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { mysqlAddress } from '@souk/chassis/sql/mysql-address';
import { sessionSettings } from '@souk/chassis/sql/mysql-session';
import { MongoClient } from 'mongodb';
import { createConnection, type Connection } from 'mysql2/promise';
import type { ServerAddresses } from './addresses.ts';

/** Which engine a service's database is on. */
export const ENGINE = {
  product: 'mongodb',
  inventory: 'mysql',
  order: 'mysql',
  payment: 'mysql',
  user: 'mongodb',
} as const satisfies Record<ServiceName, 'mysql' | 'mongodb'>;

const CONNECT_LIMIT_MS = 5000;

/**
 * Makes a database and a user for each service; the user sees nothing else. `prefix` (letters, digits, `_`; at most 16)
 * keeps several shops on one server apart. Answers the services' own URLs.
 */
export async function createDatabases(servers: ServerAddresses, prefix: string): Promise<Record<ServiceName, string>> {
  const urls: Partial<Record<ServiceName, string>> = {};
  await onServers(servers, async (mysql, mongodb) => {
    for (const service of SERVICES) {
      const name = databaseName(service, prefix);
      const password = randomBytes(18).toString('base64url');
      if (ENGINE[service] === 'mysql') {
        await mysql.query(`create database ${name} character set utf8mb4 collate utf8mb4_bin`);
        await mysql.query(`create user ${name}@'%' identified by '${password}'`);
        await mysql.query(`grant all on ${name}.* to ${name}@'%'`);
      } else {
        const roles = ['readWrite', 'dbAdmin'].map((role) => ({ role, db: name }));
        await mongodb.db(name).command({ createUser: name, pwd: password, roles });
      }
      urls[service] = ownUrl(ENGINE[service] === 'mysql' ? servers.mysql : servers.mongodb, name, password);
    }
  });
  return urls as Record<ServiceName, string>;
}

export async function dropDatabases(servers: ServerAddresses, prefix: string): Promise<void> {
  await onServers(servers, async (mysql, mongodb) => {
    for (const service of SERVICES) {
      const name = databaseName(service, prefix);
      if (ENGINE[service] === 'mysql') {
        await mysql.query(`drop database if exists ${name}`);
        await mysql.query(`drop user if exists ${name}@'%'`);
      } else {
        const database = mongodb.db(name);
        await database.command({ dropAllUsersFromDatabase: 1 });
        await database.dropDatabase();
      }
    }
  });
}

/** `order` is a word of SQL. */
function databaseName(service: ServiceName, prefix: string): string {
  return `${prefix}${service === 'order' ? 'orders' : service}`;
}

function ownUrl(root: string, name: string, password: string): string {
  const url = new URL(root);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  if (url.protocol === 'mongodb:') url.searchParams.set('authSource', name);
  return url.href;
}

async function onServers(
  { mysql, mongodb }: ServerAddresses,
  work: (mysql: Connection, mongodb: MongoClient) => Promise<void>,
): Promise<void> {
  const client = new MongoClient(mongodb, { serverSelectionTimeoutMS: CONNECT_LIMIT_MS });
  try {
    const connection = await createConnection({ ...mysqlAddress(mysql), connectTimeout: CONNECT_LIMIT_MS });
    try {
      await connection.query(sessionSettings());
      await work(connection, client);
    } finally {
      await connection.end();
    }
  } finally {
    await client.close();
  }
}
