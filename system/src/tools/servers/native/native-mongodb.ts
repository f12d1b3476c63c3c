import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { MongoClient } from 'mongodb';
import { askMongodb } from '../ask-servers.ts';
import { newPassword } from '../server.ts';
import type { NativeServer } from './native-server.ts';

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
