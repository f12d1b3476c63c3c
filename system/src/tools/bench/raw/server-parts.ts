import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { createPool, type Pool } from 'mysql2/promise';
import { logParts, RAW_TOPIC } from './log-parts.ts';
import { type RawPart, rawPart } from './raw-part.ts';

const ROWS = 1000;
const PAYLOAD = 'x'.repeat(200);
const WRITERS = 16;
const DATABASE = 'bench_raw';

interface ServerAddresses {
  readonly mysql: string;
  readonly kafka: string;
}

/** Measures MySQL and Kafka, in a database and a topic of their own. */
export async function serverParts({ mysql, kafka }: ServerAddresses): Promise<readonly RawPart[]> {
  return [...(await mysqlParts(mysql)), ...(await kafkaParts(kafka))];
}

async function mysqlParts(address: string): Promise<readonly RawPart[]> {
  const pool = createPool({ ...mysqlAddress(address), connectionLimit: WRITERS });
  try {
    await pool.query(`create database ${DATABASE}`);
    await pool.query(`create table ${DATABASE}.raw (id bigint auto_increment primary key, payload varchar(200) not null)`);
    return await measured(pool);
  } finally {
    await pool.query(`drop database if exists ${DATABASE}`);
    await pool.end();
  }
}

async function measured(pool: Pool): Promise<readonly RawPart[]> {
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
