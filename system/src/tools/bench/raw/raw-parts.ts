import { Database } from 'bun:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from 'mysql2/promise';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import type { EventLog } from '@souk/chassis/log/event-log';
import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { connections, type Connections } from '../load/connections.ts';
import { postText } from '../load/order-request.ts';
import { said } from '../report.ts';
import type { BenchShop } from '../shop/bench-shop.ts';

/** Something that the machine did as fast as it could. */
export interface RawPart {
  readonly what: string;
  readonly perSecond: number;
}

/** Measures the parts of a shop, each alone and at full speed: how far the shop is from what the machine can do. */
export async function rawParts({ servers }: Pick<BenchShop, 'servers'>): Promise<readonly RawPart[]> {
  process.stderr.write('raw parts\n');
  const parts = [await barePost(), ...(await (servers === undefined ? sqliteParts() : serverParts(servers)))];
  for (const { what, perSecond } of parts) said(`raw: ${what}: ${perSecond}/s`);
  return parts;
}

/** Time for each part. */
const FOR_MS = 2000;

/** Repeats work that does `units` at a time. */
async function rawPart(what: string, units: number, work: () => Promise<void> | void): Promise<RawPart> {
  await work();
  const startAt = performance.now();
  let done = 0;
  while (performance.now() - startAt < FOR_MS) {
    await work();
    done += units;
  }
  return { what, perSecond: Math.round((done * 1000) / (performance.now() - startAt)) };
}

const CALLERS = 32;
const TOKEN = 'x'.repeat(500);
const BODY = JSON.stringify({ items: [{ sku: 'BENCH-0', quantity: 1 }], note: 'x'.repeat(200) });

/** Measures POSTs to an Elysia route that does nothing, in a process of its own, with the benchmark's generator: the limit of HTTP alone. */
async function barePost(): Promise<RawPart> {
  const server = Bun.spawn([process.execPath, join(import.meta.dir, 'bare-post-process.ts')], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  try {
    const port = await firstNumber(server.stdout);
    const lines = connections({ url: `http://127.0.0.1:${port}` });
    const perSecond = await closedLoop(lines, postText({ path: '/orders', host: `127.0.0.1:${port}`, token: TOKEN, body: BODY }));
    lines.close();
    return { what: `POST to a route that does nothing, ${CALLERS} callers`, perSecond };
  } finally {
    server.kill();
    await server.exited;
  }
}

async function closedLoop(lines: Connections, request: string): Promise<number> {
  const startAt = performance.now();
  let answered = 0;
  const caller = () =>
    new Promise<void>((resolve) => {
      const ask = () =>
        lines.send(request, (told) => {
          if (told.kind === 'answered') answered += 1;
          if (performance.now() - startAt < FOR_MS) ask();
          else resolve();
        });
      ask();
    });
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return Math.round((answered * 1000) / (performance.now() - startAt));
}

async function firstNumber(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let text = '';
  while (!text.includes('\n')) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the server of a bare POST did not start');
    text += new TextDecoder().decode(value);
  }
  return Number(text);
}

const ROWS = 1000;
const PAYLOAD = 'x'.repeat(200);

/** Measures an SQLite file and the embedded log, with durable writes. */
async function sqliteParts(): Promise<readonly RawPart[]> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-raw-'));
  try {
    return [...(await tableParts(join(folder, 'raw.db'))), ...(await embeddedLogParts(join(folder, 'log.db')))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tableParts(path: string): Promise<readonly RawPart[]> {
  const database = new Database(path);
  try {
    for (const pragma of ['journal_mode=WAL', 'synchronous=FULL']) database.run(`pragma ${pragma}`);
    database.run('create table raw (id integer primary key, payload text not null)');
    const insert = database.query('insert into raw (payload) values (?)');
    const many = database.transaction(() => {
      for (let i = 0; i < ROWS; i += 1) insert.run(PAYLOAD);
    });
    return [
      await rawPart(`SQLite: rows of 200 bytes, ${ROWS} to a commit`, ROWS, () => many.immediate()),
      await rawPart('SQLite: commits of one row', 1, () => void insert.run(PAYLOAD)),
    ];
  } finally {
    database.close();
  }
}

async function embeddedLogParts(path: string): Promise<readonly RawPart[]> {
  const log = openEmbeddedLog({ path, topics: [{ name: RAW_TOPIC, partitions: 3 }] });
  try {
    return await logParts('embedded log', log);
  } finally {
    await log.close();
  }
}

const WRITERS = 16;
const DATABASE = 'bench_raw';

/** Measures MySQL and Kafka, in a database and a topic of their own. */
async function serverParts({ mysql, kafka }: NonNullable<BenchShop['servers']>): Promise<readonly RawPart[]> {
  return [...(await mysqlParts(mysql)), ...(await kafkaParts(kafka))];
}

async function mysqlParts(address: string): Promise<readonly RawPart[]> {
  const pool = createPool({ ...mysqlAddress(address), connectionLimit: WRITERS });
  try {
    await pool.query(`create database ${DATABASE}`);
    await pool.query(`create table ${DATABASE}.raw (id bigint auto_increment primary key, payload varchar(200) not null)`);
    return await insertParts(pool);
  } finally {
    await pool.query(`drop database if exists ${DATABASE}`);
    await pool.end();
  }
}

async function insertParts(pool: Pool): Promise<readonly RawPart[]> {
  const insert = async (rows: number): Promise<void> => {
    await pool.query(`insert into ${DATABASE}.raw (payload) values ${Array.from({ length: rows }, () => `('${PAYLOAD}')`).join(',')}`);
  };
  return [
    await rawPart(`MySQL: rows of 200 bytes, ${ROWS} to a commit`, ROWS, () => insert(ROWS)),
    await rawPart('MySQL: commits of one row, one writer', 1, () => insert(1)),
    await rawPart(`MySQL: commits of one row, ${WRITERS} writers`, WRITERS, async () => void (await Promise.all(Array.from({ length: WRITERS }, () => insert(1))))),
  ];
}

async function kafkaParts(broker: string): Promise<readonly RawPart[]> {
  const options = { brokers: [broker], clientId: 'souk.bench', topics: [{ name: RAW_TOPIC, partitions: 3 }] };
  await declareTopics(options);
  const log = await openKafkaLog({ ...options, report: () => undefined });
  try {
    return await logParts('Kafka', log);
  } finally {
    await log.close();
  }
}

const RAW_TOPIC = 'bench.raw';
const PER_BATCH = 200;
const VALUE = 'x'.repeat(500);

/** Measures sending and reading messages of 500 bytes. */
async function logParts(name: string, log: Pick<EventLog, 'send' | 'replay'>): Promise<readonly RawPart[]> {
  let sent = 0;
  const batch = () => Array.from({ length: PER_BATCH }, () => ({ topic: RAW_TOPIC, key: String((sent += 1)), value: VALUE, headers: {} }));
  const produced = await rawPart(`${name}: messages of 500 bytes sent, ${PER_BATCH} at a time`, PER_BATCH, () => log.send(batch()));
  const startAt = performance.now();
  let seen = 0;
  await log.replay([RAW_TOPIC], async (messages) => void (seen += messages.length), new AbortController().signal);
  return [produced, { what: `${name}: messages read`, perSecond: Math.round((seen * 1000) / (performance.now() - startAt)) }];
}
