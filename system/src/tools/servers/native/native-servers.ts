import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-address';
import { until } from '@souk/chassis/testing/until';
import { MongoClient } from 'mongodb';
import { askKafka, askMongodb, askMysql } from '../ask-servers.ts';
import { newPassword } from '../server.ts';
import type { NativeServer } from './native-server.ts';

export function nativeMysql(): NativeServer {
  const password = newPassword();
  const identified = `identified with caching_sha2_password by '${password}'`;
  return {
    name: 'MySQL',
    script: 'mysql.sh',
    address: (port) => `mysql://root:${password}@127.0.0.1:${port}`,
    // The server runs this file at every start before it opens its port. Host names are not resolved, so no client comes from localhost.
    prepare: (folder) =>
      writeFile(
        join(folder, 'init.sql'),
        [
          `alter user 'root'@'localhost' ${identified};`,
          `create user if not exists 'root'@'%' ${identified};`,
          `grant all on *.* to 'root'@'%' with grant option;`,
          '',
        ].join('\n'),
        { mode: 0o600 },
      ),
    setUp: () => Promise.resolve(),
    ask: askMysql,
  };
}

const SET_UP_LIMIT_MS = 30_000;

export function nativeMongodb(): NativeServer {
  const password = newPassword();
  return {
    name: 'MongoDB',
    script: 'mongod.sh',
    address: (port) => `mongodb://root:${password}@127.0.0.1:${port}/?authSource=admin&replicaSet=rs0`,
    prepare: (folder) => writeFile(join(folder, 'key'), newPassword(), { mode: 0o400 }),
    setUp: (port) => setUp(port, password),
    ask: askMongodb,
  };
}

/** Creates the replica set and the root user: as long as there is no user, a client on the same machine may do just this. */
async function setUp(port: number, password: string): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: SET_UP_LIMIT_MS,
    socketTimeoutMS: SET_UP_LIMIT_MS,
  });
  try {
    const admin = client.db('admin');
    await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
    const isPrimary = async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true;
    await until('the first primary of MongoDB', isPrimary, SET_UP_LIMIT_MS);
    await admin.command({ createUser: 'root', pwd: password, roles: ['root'] });
  } finally {
    await client.close();
  }
}

/**
 * `settings`: those of the broker that differ from kafka.sh. `security`: the connection settings with which such a broker is
 * asked whether it serves.
 */
export const nativeKafka = (settings: Readonly<Record<string, string>> = {}, security?: KafkaSecurity): NativeServer => ({
  name: 'Kafka',
  script: 'kafka.sh',
  address: (port) => `127.0.0.1:${port}`,
  async prepare(folder) {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await Bun.write(join(folder, 'more.properties'), lines.join(''));
  },
  setUp: () => Promise.resolve(),
  async ask(address, output) {
    if (!output.includes('Kafka Server started')) throw new Error('the broker is still starting');
    await askKafka(address, security);
    // The Kafka protocol does not give the broker's version; its log does.
    return `Apache Kafka ${/Kafka version: (\S+)/.exec(output)?.[1] ?? '(no version in its log)'}`;
  },
});
