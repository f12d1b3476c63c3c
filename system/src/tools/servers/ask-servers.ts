import { kafkaClient } from '@souk/chassis/log/kafka/kafka-client';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-address';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { until } from '@souk/chassis/testing/until';
import { MongoClient } from 'mongodb';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

const ANSWER_MS = 3000;

/** Returns the version that the server reports. Throws if it does not serve. */
export async function askMysql(url: string): Promise<string> {
  const connection = await createConnection({ ...mysqlAddress(url), connectTimeout: ANSWER_MS });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select version() as version', timeout: ANSWER_MS });
    return `MySQL ${String(rows[0]?.['version'])}`;
  } finally {
    connection.destroy();
  }
}

/** Returns the version that the server reports. Throws if it does not serve or is not primary. */
export async function askMongodb(url: string): Promise<string> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: ANSWER_MS, socketTimeoutMS: ANSWER_MS });
  try {
    const admin = client.db('admin');
    const { isWritablePrimary } = await admin.command({ hello: 1 });
    if (isWritablePrimary !== true) throw new Error('it is not primary');
    const { version } = await admin.command({ buildInfo: 1 });
    return `MongoDB ${String(version)}`;
  } finally {
    await client.close();
  }
}

/** Throws unless the broker serves: it must be in the cluster, and the cluster must have a controller. */
export async function askKafka(address: string, security: KafkaSecurity = { tls: false }): Promise<void> {
  const client = kafkaClient({ brokers: [address], clientId: 'souk-servers', security }, { retries: 0 });
  try {
    const admin = client.kafka.admin();
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    if (brokers.length === 0 || controller === null) throw new Error('the broker is not in the cluster yet');
  } finally {
    client.abandon();
  }
}

/** A machine under load takes long; an idle one takes 1-3 s. */
const START_LIMIT_MS = 90_000;

/**
 * Waits for the first answer of a starting server; until then `ask` throws. `alive` throws when waiting has no point any more.
 * The error includes the last refusal.
 */
export async function firstAnswer<T>(ask: () => T | Promise<T>, alive: () => void = () => {}): Promise<T> {
  let refusal = '';
  async function look(): Promise<{ readonly answer: T } | undefined> {
    alive();
    try {
      return { answer: await ask() };
    } catch (error) {
      refusal = `; at last: ${String(error)}`;
      return undefined;
    }
  }
  try {
    return (await until('an answer', look, START_LIMIT_MS)).answer;
  } catch (cause) {
    throw new Error(`${String(cause)}${refusal}`, { cause });
  }
}
