import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { addressOf, describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { MongoClient } from 'mongodb';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { SERVING_ACTIONS, servingGrants } from '../../src/shop/real/shop-databases.ts';
import { nativeMysql } from '../../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../../src/tools/servers/native/native-server.ts';

setDefaultTimeout(120_000);

const ROOT = join(import.meta.dir, '../../..');
const folder = temporaryFolder();
const secrets = join(folder.path, 'deploy/secrets');
const sh = (script: string, ...parameters: string[]) => Bun.spawnSync(['sh', join(folder.path, 'deploy', script), ...parameters]);
const secretOf = async (name: string) => (await readFile(join(secrets, name), 'utf8')).trim();

beforeAll(async () => {
  await mkdir(join(folder.path, 'deploy'));
  for (const each of ['services.txt', 'make-secrets.sh', 'mysql-databases.sh', 'pin-images.sh', 'images.lock']) await cp(join(ROOT, 'deploy', each), join(folder.path, 'deploy', each));
  expect(sh('make-secrets.sh').exitCode).toBe(0);
});
afterAll(() => folder.remove());

/** The script's statements for databases and users of another name: the server is shared. */
async function statements(prefix: string): Promise<readonly string[]> {
  const printed = sh('mysql-databases.sh', secrets);
  expect(printed.exitCode).toBe(0);
  return printed.stdout.toString().trim().split('\n').map((line) => line.replaceAll(/'(\w+)'@/g, `'${prefix}$1'@`).replaceAll(/ON `(\w+)`/g, `ON \`${prefix}$1\``).replace(/EXISTS `(\w+)`/, `EXISTS \`${prefix}$1\``));
}

test('deploy/mysql-databases.sh prints one statement a line and no comment, which is what --init-file reads', async () => {
  for (const line of await statements('')) expect(line).toMatch(/^(CREATE|ALTER|GRANT) .*;$/);
});

test('deploy/make-secrets.sh keeps what is there and adds what is missing', async () => {
  const before = await secretOf('order-database-url');
  await Bun.file(join(secrets, 'order-serving-url')).delete();
  expect(sh('make-secrets.sh').exitCode).toBe(0);
  expect(await secretOf('order-database-url')).toBe(before);
  expect(await secretOf('order-serving-url')).toMatch(/^mysql:\/\/order_serving:[0-9a-f]{48}@mysql:3306\/orders$/);
});

describeOn(['MySQL'], () => {
  describe('deploy/mysql-databases.sh on MySQL', () => {
    const prefix = `d${randomBytes(3).toString('hex')}_`;
    let root: Connection;
    beforeAll(async () => {
      root = await createConnection({ ...mysqlAddress(addressOf('MySQL')), multipleStatements: false });
    });
    afterAll(async () => {
      for (const [user, database] of [['inventory', 'inventory'], ['order', 'orders'], ['payment', 'payment']]) {
        await root.query(`drop database if exists ${prefix}${database}`);
        await root.query(`drop user if exists ${prefix}${user}, ${prefix}${user}_serving`);
      }
      await root.end();
    });
    const grantsOf = async (user: string) => {
      const [rows] = await root.query<RowDataPacket[]>(`show grants for '${prefix}${user}'@'%'`);
      return rows.map((row) => String(Object.values(row)[0]).toLowerCase()).filter((grant) => !grant.startsWith('grant usage')).toSorted();
    };

    test('adds the users to a database of an earlier version, and can run again', async () => {
      // As the version before made it: one user with all rights.
      await root.query(`create database ${prefix}orders character set utf8mb4 collate utf8mb4_bin`);
      await root.query(`create table ${prefix}orders.kept (id int primary key)`);
      await root.query(`create user '${prefix}order'@'%' identified by 'of-before'`);
      await root.query(`grant all on ${prefix}orders.* to '${prefix}order'@'%'`);
      for (let run = 0; run < 2; run += 1) for (const statement of await statements(prefix)) await root.query(statement);
      const [rows] = await root.query<RowDataPacket[]>(`select count(*) as n from information_schema.tables where table_schema = '${prefix}orders'`);
      expect(rows[0]?.['n']).toBe(1);
      for (const name of ['order-database-url', 'order-serving-url']) {
        const { username, password } = new URL(await secretOf(name));
        const own = await createConnection({ ...mysqlAddress(addressOf('MySQL')), user: `${prefix}${username}`, password, database: `${prefix}orders` });
        await own.end();
      }
    });

    test.each(['inventory', 'order', 'payment'] as const)('gives the serving user of %s the rights that all tests on servers run with', async (service) => {
      const database = `${prefix}${service === 'order' ? 'orders' : service}`;
      const byScript = await grantsOf(`${service}_serving`);
      await root.query(`create user '${prefix}same'@'%' identified by 'same'`);
      for (const grant of servingGrants(service, database, `'${prefix}same'@'%'`)) await root.query(grant);
      const same = (await grantsOf('same')).map((grant) => grant.replace(`${prefix}same`, `${prefix}${service}_serving`));
      await root.query(`drop user '${prefix}same'@'%'`);
      expect(byScript).toEqual(same.toSorted());
    });
  });
});

describeOn(['MySQL'], () => {
  test('deploy/mysql-databases.sh is what a server takes by --init-file, at its first start and at every later one', async () => {
    const particular = nativeMysql();
    async function prepare(path: string): Promise<void> {
      await particular.prepare(path);
      await appendFile(join(path, 'init.sql'), sh('mysql-databases.sh', secrets).stdout);
    }
    const server = await startNativeServer({ ...particular, prepare }, (line) => void process.stderr.write(`${line}\n`));
    try {
      for (let start = 0; start < 2; start += 1) {
        const { username, password, pathname } = new URL(await secretOf('order-serving-url'));
        const own = await createConnection({ ...mysqlAddress(server.address), user: username, password, database: pathname.slice(1) });
        const refused = await own.query('create table more (id int)').catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));
        await own.end();
        expect(refused).toBe('ER_TABLEACCESS_DENIED_ERROR');
        await server.kill();
        await server.start();
      }
    } finally {
      await server.stop();
    }
  }, 300_000);
});

/** A stand-in for mongosh. It keeps each change as the command that the driver knows. */
function mongosh(present: boolean) {
  const commands: { database: string; command: Record<string, unknown> }[] = [];
  const database = (name: string) => ({
    auth: () => 1,
    hello: () => ({ setName: 'souk', isWritablePrimary: true }),
    getName: () => name,
    getSiblingDB: database,
    getUser: () => (present ? {} : null),
    getRole: () => (present ? {} : null),
    createUser: ({ user, ...rest }: Record<string, unknown>) => commands.push({ database: name, command: { createUser: user, ...rest } }),
    updateUser: (user: string, rest: object) => commands.push({ database: name, command: { updateUser: user, ...rest } }),
    createRole: ({ role, ...rest }: Record<string, unknown>) => commands.push({ database: name, command: { createRole: role, ...rest } }),
    updateRole: (role: string, rest: object) => commands.push({ database: name, command: { updateRole: role, ...rest } }),
  });
  return { commands, db: database('admin') };
}

async function scripted(present: boolean): Promise<ReturnType<typeof mongosh>['commands']> {
  const { commands, db } = mongosh(present);
  const text = await readFile(join(ROOT, 'deploy/mongodb-databases.js'), 'utf8');
  const files = Object.fromEntries(await Promise.all(['product-database-url', 'product-serving-url', 'user-database-url', 'user-serving-url'].map(async (name) => [`/run/secrets/${name}`, await secretOf(name)])));
  const readFileSync = (path: string) => files[path] ?? 'root password';
  const readdirSync = () => [...Object.keys(files).map((path) => basename(path)), 'mongodb-root-password'];
  runInNewContext(text, { db, rs: {}, sleep: () => undefined, URL, require: () => ({ readdirSync, readFileSync }) });
  // Objects made in the script's own context have other prototypes.
  return JSON.parse(JSON.stringify(commands));
}

test('deploy/mongodb-databases.js makes the role that all tests on servers run with, for each service', async () => {
  for (const name of ['product', 'user']) {
    const role = (await scripted(false)).find(({ database, command }) => database === name && 'createRole' in command);
    expect(role?.command).toEqual({ createRole: 'serving', privileges: [{ resource: { db: name, collection: '' }, actions: [...SERVING_ACTIONS] }], roles: [] });
  }
});

describeOn(['MongoDB'], () => {
  test('deploy/mongodb-databases.js adds the users to a database of an earlier version, and can run again', async () => {
    const prefix = `d${randomBytes(3).toString('hex')}_`;
    const client = new MongoClient(addressOf('MongoDB'));
    try {
      for (const present of [false, true]) {
        for (const { database, command } of await scripted(present)) {
          const text = JSON.stringify(command).replaceAll(`"db":"${database}"`, `"db":"${prefix}${database}"`);
          await client.db(`${prefix}${database}`).command(JSON.parse(text));
        }
      }
      const { username, password } = new URL(await secretOf('product-serving-url'));
      const url = new URL(addressOf('MongoDB'));
      [url.username, url.password, url.pathname] = [username, password, `/${prefix}product`];
      url.searchParams.set('authSource', `${prefix}product`);
      const serving = new MongoClient(url.href);
      await serving.db().collection('kept').insertOne({ more: 1 });
      expect(await serving.db().collection('kept').drop().catch((error: unknown) => (error instanceof Error && 'codeName' in error ? error.codeName : error))).toBe('Unauthorized');
      await serving.close();
    } finally {
      for (const name of ['product', 'user']) {
        await client.db(`${prefix}${name}`).command({ dropAllUsersFromDatabase: 1 });
        await client.db(`${prefix}${name}`).command({ dropAllRolesFromDatabase: 1 });
        await client.db(`${prefix}${name}`).dropDatabase();
      }
      await client.close();
    }
  });
});
