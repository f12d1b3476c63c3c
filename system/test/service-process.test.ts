import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { addressOf, describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { runStep, serviceCommand } from '../src/shop/real/service-process.ts';
import { createDatabases, dropDatabases, type ShopDatabases } from '../src/shop/real/shop-databases.ts';
import { deleteTopics } from './support/delete-topics.ts';
import { asOrdinaryUser } from './support/ordinary-user.ts';
import { PROCESS_SETTINGS } from './support/process-settings.ts';

const LIMIT_MS = 60_000;
setDefaultTimeout(LIMIT_MS);
/** Where the others would be; nobody is asked. */
const OTHERS = { USER_JWKS_URL: 'http://127.0.0.1:1/keys', PRODUCT_URL: 'http://127.0.0.1:1', PAYMENT_GATEWAY: 'simulator' };

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs a service's program until it ends by itself. */
async function ended(name: ServiceName, env: Record<string, string>, ...flags: string[]): Promise<Ended> {
  const command = [...serviceCommand(name, 'source'), ...flags];
  const child = Bun.spawn(env['PORT'] === '80' ? asOrdinaryUser(command) : command, {
    env: { LOG_LEVEL: 'fatal', HOST: '127.0.0.1', PORT: '0', ...env },
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: LIMIT_MS,
  });
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said: said.trim() };
}

/** Not by `fetch`: what is at the other port is in the document of this one as well. */
function statusOf(url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  get(url, (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject);
  return promise;
}

describe('the program of a service', () => {
  test.each([...SERVICES])('of %s names every setting that is missing or wrong at once', async (name) => {
    const { code, said } = await ended(name, { PORT: 'http', KAFKA_BROKERS: 'nowhere' });
    expect(code).toBe(2);
    const named = said.split('\n').map((line) => line.split(' ')[0]);
    const others: Partial<Record<ServiceName, readonly string[]>> = { inventory: ['USER_JWKS_URL', 'PRODUCT_URL'], order: ['USER_JWKS_URL', 'PRODUCT_URL'], payment: ['USER_JWKS_URL', 'PAYMENT_GATEWAY'], user: [] };
    expect(new Set(named)).toEqual(new Set(['DATABASE_URL', 'KAFKA_BROKERS', 'PORT', ...(others[name] ?? ['USER_JWKS_URL'])]));
  });

  test.each([...SERVICES])('of %s says with --help which flags and variables it has, whatever is set', async (name) => {
    const child = Bun.spawn([...serviceCommand(name, 'source'), '--help'], { env: { PORT: 'wrong' }, stdout: 'pipe', stderr: 'pipe' });
    const [told, said, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    for (const flag of ['--migrate', '--topics', '--health', '--help']) expect(told).toContain(`  ${flag} `);
    for (const { name: variable, about, form } of Object.values(PROCESS_SETTINGS[name])) {
      expect(told).toContain(`  ${variable}\n      ${about.replaceAll('`', '')}\n      ${form}; `);
    }
    expect(told).toMatch(/DATABASE_URL\n.*\n.*; required; or in the file that DATABASE_URL_FILE names/);
    expect(told).toMatch(/ {2}PORT\n.*\n.*; default 400\d\n/);
  });

  test('does not guess the addresses of other services, and says how to set them', async () => {
    const { code, said } = await ended('order', { DATABASE_URL: 'mysql://127.0.0.1:1/x', KAFKA_BROKERS: '127.0.0.1:1' });
    expect({ code, said: said.split('\n').toSorted() }).toEqual({
      code: 2,
      said: [
        'PRODUCT_URL is not set; for example http://product:4001',
        'USER_JWKS_URL is not set; for example http://user:4005/.well-known/jwks.json',
      ],
    });
  });

  test('of payment does not guess who takes the money, also in production: a simulator has to be named', async () => {
    const settings = { DATABASE_URL: 'mysql://127.0.0.1:1/x', KAFKA_BROKERS: '127.0.0.1:1', USER_JWKS_URL: OTHERS.USER_JWKS_URL, NODE_ENV: 'production' };
    expect(await ended('payment', settings)).toEqual({ code: 2, said: 'PAYMENT_GATEWAY is not set; for example simulator' });
    expect((await ended('payment', { ...settings, PAYMENT_GATEWAY: 'stripe' })).said).toStartWith('PAYMENT_GATEWAY must be one of simulator');
  });

  test('refuses flags it does not know, whatever is set', async () => {
    expect(await ended('order', {}, '--migrat')).toEqual({
      code: 2,
      said: 'unknown: --migrat; known: --migrate, --topics, --health, --help',
    });
  });

  test('refuses a MySQL URL that asks for TLS in the words of another driver: it would connect in plain text', async () => {
    const settings = { DATABASE_URL: 'mysql://u:hunter2@127.0.0.1:1/x?sslmode=require', KAFKA_BROKERS: '127.0.0.1:1', ...OTHERS };
    const said = 'DATABASE_URL: a MySQL URL has no parameter sslmode; TLS is ssl={} (URL-encoded)';
    expect(await ended('order', settings, '--migrate')).toEqual({ code: 2, said });
  });

  test('refuses a MongoDB URL that its driver refuses in one line', async () => {
    const settings = { DATABASE_URL: 'mongodb://u:hunter2@127.0.0.1:1/x?sslmode=require', KAFKA_BROKERS: '127.0.0.1:1', ...OTHERS };
    const said = 'DATABASE_URL: a MongoDB URL is refused by the driver: option sslmode is not supported';
    expect(await ended('product', settings, '--migrate')).toEqual({ code: 2, said });
  });

  test('requires a password for a user, and never shows it', async () => {
    const settings = { DATABASE_URL: 'mysql://u:hunter2@127.0.0.1:1/x', KAFKA_BROKERS: '127.0.0.1:1', KAFKA_SASL: 'plain', ...OTHERS };
    const { code, said } = await ended('order', { ...settings, KAFKA_USERNAME: 'souk' }, '--topics');
    expect({ code, said }).toEqual({ code: 2, said: 'KAFKA_PASSWORD is not set, beside KAFKA_SASL=plain' });
  });
});

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('the program of a service on its servers', () => {
    const name = `p${randomBytes(4).toString('hex')}`;
    const servers = () => ({ mysql: addressOf('MySQL'), mongodb: addressOf('MongoDB'), kafka: addressOf('Kafka').split(',') });
    const folder = temporaryFolder();
    let { databases, owners } = {} as ShopDatabases;
    const ownersEnv = (service: ServiceName) => ({ ...env(service), DATABASE_URL: owners[service] });
    const env = (service: ServiceName) => ({
      DATABASE_URL: databases[service],
      KAFKA_BROKERS: addressOf('Kafka'),
      KAFKA_TOPIC_PREFIX: `${name}.`,
      // Whoever runs it, for what it may do.
      SIMULATOR_PATH: ':memory:',
      ...OTHERS,
    });

    beforeAll(async () => {
      ({ databases, owners } = await createDatabases(servers(), `${name}_`));
    }, LIMIT_MS);
    afterAll(async () => {
      await dropDatabases(servers(), `${name}_`);
      await deleteTopics({ brokers: servers().kafka, topicPrefix: `${name}.` });
      folder.remove();
    }, LIMIT_MS);

    test('does not serve without topics, then not without its schema, and says which command makes them', async () => {
      const noTopics = await ended('order', env('order'));
      expect(noTopics.code).toBe(3);
      expect(noTopics.said).toMatch(/order\.created: declared with 3, missing[\s\S]*--topics/);
      await Promise.all(['order', 'payment'].map((service) => runStep(service as ServiceName, '--topics', 'source', env(service as ServiceName))));
      for (const service of ['order', 'user'] as const) {
        const noSchema = await ended(service, env(service));
        expect(noSchema.code).toBe(3);
        expect(noSchema.said).toMatch(/^the schema lacks .*: run this program with --migrate first$/);
      }
    }, 2 * LIMIT_MS);

    test("says once that the database's certificate is not verified, where its URL turns that off", async () => {
      const url = `${owners.order}?ssl=${encodeURIComponent(JSON.stringify({ rejectUnauthorized: false }))}`;
      const { code, said } = await ended('order', { ...env('order'), DATABASE_URL: url, LOG_LEVEL: 'warn' }, '--migrate');
      expect(code).toBe(0);
      expect(said.split('\n')).toEqual([expect.stringMatching(/"level":"warn".*"options":\["rejectUnauthorized: false"\].*leave them out/)]);
      expect(said).not.toContain(new URL(owners.order).password);
    }, LIMIT_MS);

    test('migrates in two processes at once, and both succeed', async () => {
      for (const service of SERVICES) {
        const step = () => runStep(service, '--migrate', 'source', ownersEnv(service));
        await Promise.all([step(), step()]);
      }
    }, 2 * LIMIT_MS);

    test.each([
      ['a port that somebody else has', { PORT: 'taken' }, /^port \d+ is in use: .* PORT \(OPS_PORT\)$/],
      ['an address that is not of this machine', { HOST: '192.0.2.1' }, /^192\.0\.2\.1 is no address of this machine: .* HOST/],
      ['a name that is no address', { HOST: 'nowhere.invalid' }, /^nowhere\.invalid is no address of this machine: .* HOST/],
      ['a port for which it lacks the right', { PORT: '80' }, /^this user may not open port 80 .*: .* PORT \(OPS_PORT\)$/],
    ])('says of %s what is wrong and what to do, in one line, whichever service it is', async (_, given, sentence) => {
      using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
      const settings = 'PORT' in given && given.PORT === 'taken' ? { PORT: String(other.port) } : given;
      for (const service of SERVICES) {
        expect(await ended(service, { ...env(service), ...settings })).toEqual({ code: 3, said: expect.stringMatching(sentence) });
      }
    }, 4 * LIMIT_MS);

    test('serves operators at a port of their own, and closes both ports', async () => {
      const child = Bun.spawn([...serviceCommand('product', 'source')], {
        env: { ...env('product'), LOG_LEVEL: 'info', HOST: '127.0.0.1', PORT: '0', OPS_HOST: '127.0.0.1', OPS_PORT: '0' },
        stdout: 'ignore',
        stderr: 'pipe',
        timeout: LIMIT_MS,
      });
      let said = '';
      let isAsked = false;
      for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
        said += part;
        const [line] = said.split('\n').filter((each) => each.includes('"listening"'));
        if (isAsked || line === undefined) continue;
        isAsked = true;
        const { address, opsAddress } = JSON.parse(line) as { address: string; opsAddress: string };
        const statuses = async (at: string) => Promise.all(['/metrics', '/ops/outbox', '/livez', '/products'].map((path) => statusOf(`http://${at}${path}`)));
        expect({ outside: await statuses(address), inside: await statuses(opsAddress) }).toEqual({ outside: [404, 404, 200, 200], inside: [200, 401, 200, 404] });
        child.kill('SIGTERM');
      }
      expect({ isAsked, code: await child.exited }).toEqual({ isAsked: true, code: 0 });
    }, LIMIT_MS);

    test('signs in to its database as a user who sees no other', async () => {
      const { mysql, mongodb } = { mysql: new URL(databases.payment), mongodb: new URL(databases.product) };
      mysql.pathname = new URL(databases.order).pathname;
      const refused = await createConnection({ uri: mysql.href }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'ER_DBACCESS_DENIED_ERROR' });
      const client = new MongoClient(mongodb.href);
      const users = client.db(new URL(databases.user).pathname.slice(1)).collection('users');
      const denied = await users.findOne().catch((error: unknown) => error);
      await client.close();
      expect(denied).toMatchObject({ codeName: 'Unauthorized' });
    }, LIMIT_MS);

    test.each([
      ['inventory', ['drop table inventory', 'alter table inventory add column more int', 'create table more (id int)', 'truncate table inventory', 'create index more on inventory (sku)']],
      ['order', ['drop table orders', 'alter table order_items add column more int', 'create table more (id int)', 'rename table orders to more']],
      ['payment', ['drop table payments', 'create table more (id int)', "create user more@'%' identified by 'more'", 'grant select on *.* to current_user()']],
    ] as const)('serves on MySQL as a user who reads and writes rows and cannot change the schema (%s)', async (service, statements) => {
      const connection = await createConnection({ uri: databases[service] });
      const codeOf = (sql: string) => connection.query(sql).then(() => 'done', (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));
      const answers = await Promise.all(statements.map(codeOf));
      await connection.end();
      for (const [at, answer] of answers.entries()) expect(`${statements[at]}: ${String(answer)}`).toMatch(/ER_(TABLE|DB|SPECIFIC_)?ACCESS_DENIED_ERROR|ER_TABLEACCESS_DENIED_ERROR$/);
    }, LIMIT_MS);

    test.each(['product', 'user'] as const)('serves on MongoDB as a user who reads and writes documents and cannot change the schema (%s)', async (service) => {
      const client = new MongoClient(databases[service]);
      const db = client.db();
      const collection = service === 'product' ? 'products' : 'users';
      const commands = [
        { drop: collection },
        { collMod: collection, validator: {} },
        { createIndexes: collection, indexes: [{ key: { more: 1 }, name: 'more' }] },
        { dropDatabase: 1 },
        { createUser: 'more', pwd: 'more', roles: [] },
        { insert: collection, documents: [{ more: 1 }], bypassDocumentValidation: true },
      ];
      const codeOf = (command: object) => db.command(command).then(() => 'done', (error: unknown) => (error instanceof Error && 'codeName' in error ? error.codeName : error));
      const answers = await Promise.all(commands.map(codeOf));
      await client.close();
      for (const [at, answer] of answers.entries()) expect(`${JSON.stringify(commands[at])}: ${String(answer)}`).toEndWith(': Unauthorized');
    }, LIMIT_MS);
  });
});
