import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { Kafka } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { SCRIPTS, SERVER_CACHE } from '../src/tools/servers/folders.ts';
import type { Server } from '../src/tools/servers/server.ts';
import { type Servers, startServers } from '../src/tools/servers/start-servers.ts';
import { descendantsOf, isRunning } from './support/process-tree.ts';

const MAIN = join(import.meta.dir, '../src/tools/servers/main.ts');
const NATIVE = { ...process.env, SOUK_SERVERS: 'native' };
/** How long a server may outlive those who started it. */
const ORPHAN_LIMIT_MS = 5000;

const wanted = process.env['REQUIRE_REAL'] === '1';
if (!wanted) process.stderr.write('\nNOT RUN: the suite of the servers themselves needs REQUIRE_REAL=1\n');

describe.skipIf(!wanted)('native servers', () => {
  let servers: Servers;
  const before = process.env['SOUK_SERVERS'];

  beforeAll(async () => {
    process.env['SOUK_SERVERS'] = 'native';
    servers = await startServers({ report: () => {} });
  }, 720_000);

  afterAll(async () => {
    await servers.stop();
    if (before === undefined) delete process.env['SOUK_SERVERS'];
    else process.env['SOUK_SERVERS'] = before;
  });

  test('report their own versions', () => {
    expect(servers.mysql.version).toMatch(/^MySQL \d+\.\d+/);
    expect(servers.mongodb.version).toMatch(/^MongoDB \d+\.\d+/);
    expect(servers.kafka.version).toMatch(/^Apache Kafka \d+\.\d+/);
  });

  test('MySQL keeps its rows over kill -9 and start', async () => {
    await onMysql(servers.mysql, 'create database kept');
    await onMysql(servers.mysql, 'create table kept.t (a int primary key)');
    await onMysql(servers.mysql, 'insert into kept.t values (7)');
    await killAndStart(servers.mysql);
    expect(await onMysql(servers.mysql, 'select a from kept.t')).toEqual([{ a: 7 }]);
  }, 30_000);

  test('MongoDB keeps its documents over kill -9 and start, and lets nobody in without a password', async () => {
    await onMongodb(servers.mongodb.address, (client) => client.db('kept').collection('c').insertOne({ a: 7 }));
    await killAndStart(servers.mongodb);
    expect(await onMongodb(servers.mongodb.address, (client) => client.db('kept').collection('c').countDocuments({ a: 7 }))).toBe(1);
    const anonymous = servers.mongodb.address.replace(/\/\/.*@/, '//');
    expect(await onMongodb(anonymous, (client) => client.db('kept').collection('c').countDocuments()).catch(String)).toMatch(/requires authentication/);
  }, 30_000);

  test('Kafka keeps its topics over kill -9 and start', async () => {
    await onKafka(servers.kafka, (admin) => admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] }));
    await killAndStart(servers.kafka);
    expect(await onKafka(servers.kafka, (admin) => admin.listTopics())).toContain('kept');
  }, 30_000);

  test('a paused server answers when it is resumed', async () => {
    await servers.mysql.pause();
    const answer = onMysql(servers.mysql, 'select 1 as one');
    const early = await Promise.race([answer, Bun.sleep(300).then(() => 'nothing')]);
    await servers.mysql.resume();
    expect(early).toBe('nothing');
    expect(await answer).toEqual([{ one: 1 }]);
  });

  test('a server whose port is taken meanwhile says so, and starts when it is free again', async () => {
    await servers.mysql.kill();
    const port = Number(new URL(servers.mysql.address).port);
    const thief = Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } });
    const refusal = await servers.mysql.start().catch(String);
    thief.stop(true);
    expect(refusal).toContain(`port ${port} is taken`);
    await servers.mysql.start();
    expect(await onMysql(servers.mysql, 'select 1 as one')).toEqual([{ one: 1 }]);
  }, 30_000);

  test('report the resources they use', async () => {
    for (const server of [servers.mysql, servers.mongodb, servers.kafka]) {
      expect(await server.cpuMs()).toBeGreaterThan(0);
      expect(await server.residentMb()).toBeGreaterThan(50);
    }
  });

  test('an existing installation uses no network and changes nothing', async () => {
    using folder = temporaryFolder();
    const calls = join(folder.path, 'calls');
    for (const name of ['apt-get', 'mvn', 'python3', 'curl', 'wget', 'sudo']) {
      await writeFile(join(folder.path, name), `#!/bin/sh\necho "${name} $*" >>'${calls}'\nexit 1\n`);
      await chmod(join(folder.path, name), 0o755);
    }
    const env = { ...process.env, PATH: `${folder.path}:${process.env['PATH']}` };
    for (const script of ['mysql.sh', 'mongod.sh', 'kafka.sh']) {
      expect(await Bun.spawn(['bash', join(SCRIPTS, script), 'install', SERVER_CACHE], { env }).exited).toBe(0);
    }
    expect(existsSync(calls)).toBe(false);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)('none outlives its runner that gets %s, nor does its data', async (signal) => {
    const runner = Bun.spawn([process.execPath, MAIN], { env: NATIVE, stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' });
    await said(runner.stdout, 'Ctrl-C');
    const processes = descendantsOf(runner.pid);
    const folders = processes.filter(({ words }) => words[1]?.endsWith('guard.sh')).map(({ words }) => words[2] ?? '');
    expect(processes.length).toBe(6);
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    runner.kill(signal);
    await runner.exited;
    await until('the end of all servers', () => !processes.some(({ pid }) => isRunning(pid)), ORPHAN_LIMIT_MS);
    await until('the end of their data', () => !folders.some((folder) => existsSync(folder)), ORPHAN_LIMIT_MS);
  }, 60_000);
});

async function killAndStart(server: Server): Promise<void> {
  const { address, pid } = server;
  await server.kill();
  expect(server.pid).toBeNull();
  await server.start();
  expect(server.pid).not.toBeNull();
  expect(server.pid).not.toBe(pid);
  expect(server.address).toBe(address);
}

async function onMysql(server: Server, query: string): Promise<unknown> {
  const connection = await createConnection({ uri: server.address, connectTimeout: 10_000 });
  try {
    return (await connection.query(query))[0];
  } finally {
    connection.destroy();
  }
}

async function onMongodb<T>(address: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(address, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function onKafka<T>(server: Server, use: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [server.address], logCreator: () => () => {} }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Reads on until the text has come. */
async function said(stream: ReadableStream<Uint8Array>, text: string): Promise<void> {
  const decoder = new TextDecoder();
  let seen = '';
  for await (const chunk of stream) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes(text)) return;
  }
  throw new Error(`it ended without "${text}": ${seen}`);
}
