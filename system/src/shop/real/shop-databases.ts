import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mysqlAddress, sessionSettings } from '@souk/chassis/stores/sql/mysql-address';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { MongoClient } from 'mongodb';
import { type Connection, createConnection } from 'mysql2/promise';
import type { ServerAddresses } from './addresses.ts';

/** Rows of `deploy/services.txt`, in its order, that of an upgrade: service, server of its database, database. */
export const SERVICE_ROWS = readFileSync(join(import.meta.dir, '../../../../deploy/services.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [service = '', engine = '', database = ''] = line.split(/ +/);
    return { service, engine, database };
  });

function rowOf(service: ServiceName): { readonly engine: 'mysql' | 'mongodb'; readonly database: string } {
  const { engine, database } = SERVICE_ROWS.find((row) => row.service === service) ?? { engine: '', database: '' };
  if ((engine !== 'mysql' && engine !== 'mongodb') || database === '') throw new Error(`deploy/services.txt has no row for ${service}: ${service}  mysql|mongodb  DATABASE`);
  return { engine, database };
}

/** Database engine of each service. */
export const ENGINE = Object.fromEntries(SERVICES.map((service) => [service, rowOf(service).engine])) as Readonly<Record<ServiceName, 'mysql' | 'mongodb'>>;

const CONNECT_LIMIT_MS = 5000;

/** Each service's own database, with the account it serves with, and with the one that may change the schema. */
export interface ShopDatabases {
  readonly databases: Readonly<Record<ServiceName, string>>;
  readonly owners: Readonly<Record<ServiceName, string>>;
}

/**
 * Creates a database and two users for each service; the users have access to nothing else. `prefix` (letters, digits, `_`; at
 * most 14) keeps several shops on one server apart.
 */
export async function createDatabases(servers: ServerAddresses, prefix: string): Promise<ShopDatabases> {
  const databases: Partial<Record<ServiceName, string>> = {};
  const owners: Partial<Record<ServiceName, string>> = {};
  await onServers(servers, async (mysql, mongodb) => {
    for (const service of SERVICES) {
      const name = databaseName(service, prefix);
      const [owner, serving] = [newAccount(name), newAccount(`${name}_serving`)];
      if (ENGINE[service] === 'mysql') await inMysql(mysql, service, name, { owner, serving });
      else await inMongodb(mongodb, name, { owner, serving });
      const root = ENGINE[service] === 'mysql' ? servers.mysql : servers.mongodb;
      owners[service] = ownUrl(root, name, owner);
      databases[service] = ownUrl(root, name, serving);
    }
  });
  return { databases, owners } as ShopDatabases;
}

interface Account {
  readonly user: string;
  readonly password: string;
}

interface Accounts {
  readonly owner: Account;
  readonly serving: Account;
}

const newAccount = (user: string): Account => ({ user, password: randomBytes(18).toString('base64url') });

async function inMysql(mysql: Connection, service: ServiceName, name: string, { owner, serving }: Accounts): Promise<void> {
  await mysql.query(`create database ${name} character set utf8mb4 collate utf8mb4_bin`);
  for (const { user, password } of [owner, serving]) await mysql.query(`create user ${user}@'%' identified by '${password}'`);
  await mysql.query(`grant all on ${name}.* to ${owner.user}@'%'`);
  for (const grant of servingGrants(service, name, `${serving.user}@'%'`)) await mysql.query(grant);
}

async function inMongodb(mongodb: MongoClient, name: string, { owner, serving }: Accounts): Promise<void> {
  const database = mongodb.db(name);
  const privileges = [{ resource: { db: name, collection: '' }, actions: [...SERVING_ACTIONS] }];
  await database.command({ createRole: 'serving', privileges, roles: [] });
  await database.command({ createUser: owner.user, pwd: owner.password, roles: ['readWrite', 'dbAdmin'] });
  await database.command({ createUser: serving.user, pwd: serving.password, roles: ['serving'] });
}

export async function dropDatabases(servers: ServerAddresses, prefix: string): Promise<void> {
  await onServers(servers, async (mysql, mongodb) => {
    for (const service of SERVICES) {
      const name = databaseName(service, prefix);
      if (ENGINE[service] === 'mysql') {
        await mysql.query(`drop database if exists ${name}`);
        await mysql.query(`drop user if exists ${name}@'%', ${name}_serving@'%'`);
      } else {
        const database = mongodb.db(name);
        await database.command({ dropAllUsersFromDatabase: 1 });
        await database.command({ dropAllRolesFromDatabase: 1 });
        await database.dropDatabase();
      }
    }
  });
}

function databaseName(service: ServiceName, prefix: string): string {
  return `${prefix}${rowOf(service).database}`;
}

function ownUrl(root: string, name: string, { user, password }: Account): string {
  const url = new URL(root);
  url.username = user;
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

/** Actions allowed on MongoDB, in every collection of a service's own database. A serving process creates no collection, index, validator or user. */
export const SERVING_ACTIONS = ['find', 'insert', 'update', 'remove'] as const;

/** Tables that Order renames to replace the catalogue copy in use by a fresh one (`exchangeSteps`). */
const EXCHANGED: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  order: ['catalogue', 'catalogue_fresh', 'catalogue_exchanged', 'catalogue_products', 'catalogue_products_fresh', 'catalogue_products_exchanged'],
};

/**
 * Grants on MySQL that a serving process needs in its own database: for rows, and for Order to rename six tables. `to` is an
 * account with its host.
 */
export function servingGrants(service: ServiceName, database: string, to: string): readonly string[] {
  const tables = EXCHANGED[service] ?? [];
  return [
    `grant select, insert, update, delete on \`${database}\`.* to ${to}`,
    // MySQL grants rights on a table that does not exist yet if CREATE is one of them.
    ...tables.map((table) => `grant alter, create, drop on \`${database}\`.\`${table}\` to ${to}`),
  ];
}
