import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import { openTopicReader, type TopicReader } from '@souk/chassis/log/kafka/read-topics';
import type { EventLog, LogMessage } from '@souk/chassis/log/event-log';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { type TcpProxy, tcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { until } from '@souk/chassis/testing/until';
import { consumerGroup } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { compileOutdated } from '../../src/tools/images/compile-outdated.ts';
import type { ServiceChild } from '../../src/shop/real/service-child.ts';
import { message } from '../support/events.ts';
import { type FaultGround, faultGround } from './support/fault-shop.ts';

const ROOT = join(import.meta.dir, '../../..');
const COMPILE_LIMIT_MS = 300_000;
const CATCH_UP_LIMIT_MS = 240_000;
/** Bytes of one send, a little less than the log's own batches. */
const SEND = 1_000_000;
const HOT_KEY = Bun.randomUUIDv7();

setDefaultTimeout(400_000);

const price = { amount: 1000, currency: 'EUR' } as const;
const TOPICS = ['product.created', 'product.updated', 'product.archived'] as const;

/** What Product tells of a product with so many variants, each about a kilobyte: many small texts, which cost the most once they are read. */
function richProduct(variants: number): LogMessage {
  const [id, now] = [Bun.randomUUIDv7(), new Date().toISOString()];
  const options = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`option ${at}`, `value ${at} of it`]));
  const product = {
    id,
    version: 1,
    title: 'Rich',
    slug: `rich-${id}`,
    description: '',
    status: 'active' as const,
    attributes: {},
    variants: Array.from({ length: variants }, (_, at) => ({ sku: `${id}-${at}`, options, price })),
    createdAt: now,
    updatedAt: now,
  };
  return message(TOPICS[Math.floor(Math.random() * TOPICS.length)] ?? 'product.created', id, { productId: id, version: 1, product });
}

/** What nobody can read becomes a dead letter, with all its bytes. */
function unreadable(bytes: number): LogMessage {
  const sound = richProduct(1);
  return { ...sound, value: `{"not a product": "${'x'.repeat(bytes)}"}` };
}

/** About 85 MB: a hundred kilobytes each, and some as large as the log takes. */
function* backlog(): Generator<LogMessage> {
  for (let round = 0; round < 30; round += 1) {
    for (let each = 0; each < 10; each += 1) yield richProduct(100);
    for (let each = 0; each < 10; each += 1) yield unreadable(100_000);
    yield unreadable(1_040_000);
  }
}

async function sendAll(log: EventLog, messages: Iterable<LogMessage>): Promise<void> {
  let [next, size]: [LogMessage[], number] = [[], 0];
  for (const each of messages) {
    next.push(each);
    size += each.value.length;
    if (size < SEND) continue;
    await log.send(next);
    [next, size] = [[], 0];
  }
  await log.send(next);
}

/** Messages that wait in the service's database, all of them due: many keys with one, and one with many. */
async function parkAll(url: string): Promise<void> {
  const connection = await createConnection(mysqlAddress(url));
  try {
    for (let each = 0; each < 400; each += 1) {
      const { topic, key, value, headers } = richProduct(100);
      const [place, position] = each < 200 ? [key, 1] : [HOT_KEY, each];
      const tried = ['a test', 3, 0, 0, each];
      await connection.query(
        `insert into parked_messages (message_key, position, topic, value, headers, cause, attempts, first_failed_at, last_failed_at, next_attempt_at)
         values (?)`,
        [[place, position, topic, value, JSON.stringify({ ...headers, ce_subject: place }), ...tried]],
      );
    }
  } finally {
    await connection.end();
  }
}

async function parkedIn(url: string): Promise<number> {
  const connection = await createConnection(mysqlAddress(url));
  try {
    const [rows] = await connection.query<RowDataPacket[]>('select count(*) as n from parked_messages');
    return Number(rows[0]?.['n']);
  } finally {
    await connection.end();
  }
}

/** What an image sets by itself. */
async function imageSettings(): Promise<Record<string, string>> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** In megabytes, as compose.yaml gives it to a service. */
async function containerLimit(): Promise<number> {
  const service = /^x-service:[^]*?mem_limit: (\d+)m$/m.exec(await readFile(join(ROOT, 'compose.yaml'), 'utf8'));
  return Number(service?.[1]);
}

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('the compiled order service, in the memory that its container has', () => {
    let limitMb: number;
    let ground: FaultGround;
    let database: TcpProxy;
    let log: EventLog;
    let reader: TopicReader;
    let order: ServiceChild;

    beforeAll(async () => {
      await compileOutdated(() => undefined);
      limitMb = await containerLimit();
    }, COMPILE_LIMIT_MS);
    beforeEach(async () => {
      ground = await faultGround();
      const { databases, kafka } = ground.addresses;
      const url = new URL(databases.order);
      database = await tcpProxy({ host: url.hostname, port: Number(url.port) });
      url.host = `${database.host}:${database.port}`;
      const topics = { ...kafka, clientId: 'test', topics: withPartitions() };
      log = await openKafkaLog({ ...topics, report: () => undefined });
      reader = await openTopicReader(topics);
      order = ground.shop('compiled', { env: await imageSettings(), databases: { ...databases, order: url.href } }).services.order;
    });
    afterEach(async () => {
      await order.kill();
      reader.close();
      await log.close();
      await database.close();
      await ground[Symbol.asyncDispose]();
    });

    const waiting = async () => {
      const lag = await reader.lag(consumerGroup('order'));
      return lag.filter(({ topic }) => TOPICS.some((name) => name === topic)).reduce((sum, { messages }) => sum + messages, 0);
    };

    async function caughtUp(): Promise<void> {
      await until('everything is handled', async () => (await waiting()) === 0, CATCH_UP_LIMIT_MS);
      expectEnough();
    }

    function expectEnough(): void {
      process.stdout.write(`at most ${order.peakMb()} of ${limitMb} MB\n`);
      expect(order.peakMb()).toBeLessThan(limitMb);
    }

    test('catches up with a backlog of large events', async () => {
      await sendAll(log, backlog());
      await order.start();
      await caughtUp();
    });

    test('retries large parked messages', async () => {
      await parkAll(ground.addresses.databases.order);
      await order.start();
      await until('none waits', async () => (await parkedIn(ground.addresses.databases.order)) === 0, CATCH_UP_LIMIT_MS);
      expectEnough();
    });

    test('survives a frozen database while large events come in', async () => {
      await order.start();
      await sendAll(log, [richProduct(1)]);
      await until('it is a member of its group', async () => (await waiting()) === 0, CATCH_UP_LIMIT_MS);
      database.set('stall');
      await sendAll(log, backlog());
      const before = await waiting();
      database.set('forward');
      expect(before).toBeGreaterThan(500);
      await caughtUp();
    });
  });
});
