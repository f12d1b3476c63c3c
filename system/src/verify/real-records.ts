import type { Document, Filter } from 'mongodb';
import { type Connection, createConnection } from 'mysql2';
import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import { openTopicReader, type TopicReader } from '@souk/chassis/log/kafka/read-topics';
import type { DeadLetterDocument, EventDocument, ParkedKeyDocument } from '@souk/chassis/stores/mongodb/chassis-collections';
import type { LaneDocument } from '@souk/chassis/stores/mongodb/lanes';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { mysqlAddress, sessionSettings } from '@souk/chassis/stores/sql/mysql-address';
import { mysqlDialect } from '@souk/chassis/stores/sql/mysql-dialect';
import { consumerGroup, type ServiceName, SERVICES } from '@souk/contracts/services';
import { type Topic, topicsReadBy, withPartitions } from '@souk/contracts/topics';
import type { CategoryTreeDocument, ProductDocument } from '@souk/product/storage/mongodb/product-documents';
import type { RealShopAddresses } from '../shop/real/addresses.ts';
import { ENGINE } from '../shop/real/shop-databases.ts';
import { allOf, each, PER_BATCH, type Rows } from './batches.ts';
import { categoriesIn, messageFacts } from './read-facts.ts';
import type { FactStore } from './fact-store.ts';
import type { ShopRecords } from './shop-records.ts';

/** Records of a shop on real servers, read without its services. */
export function realRecords({ databases, kafka, gateway }: RealShopAddresses): ShopRecords {
  return {
    sql: (service, read) => readingMysql(databases[service], read),
    catalogue: (facts) => catalogueDocuments(databases.product, facts),
    messaging: (service, facts) =>
      ENGINE[service] === 'mysql'
        ? readingMysql(databases[service], (rows) => messageFacts(service, rows, facts))
        : documentMessageFacts(service, databases[service], facts),
    logged: (topics, see) => messagesIn(kafka, topics, see),
    unhandled: () => unhandledIn(kafka),
    now: () => readingMysql(databases.payment, timeOf),
    gateway,
  };
}

async function timeOf(rows: Rows): Promise<number> {
  const [row] = await allOf(rows<{ at_now: number }>(`select ${mysqlDialect.nowText} as at_now`));
  if (row === undefined) throw new Error('the database did not tell its time');
  return row.at_now;
}

const CONNECT_LIMIT_MS = 5000;
/** Longest wait between two batches of one query. */
const STALL_LIMIT_MS = 60_000;
/** Session settings: one snapshot for everything, and time-outs in seconds for writing the facts of a batch, and between two queries. */
const PATIENT = { transaction_isolation: 'REPEATABLE-READ', net_write_timeout: 600, wait_timeout: 600 };

/** Reads a MySQL database on a connection of its own, in one transaction: all tables as of one moment. */
export async function readingMysql<T>(url: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const connection = createConnection({ ...mysqlAddress(url), connectTimeout: CONNECT_LIMIT_MS, supportBigNumbers: true, jsonStrings: true });
  try {
    await connection.promise().query(sessionSettings(PATIENT));
    await connection.promise().query('start transaction with consistent snapshot, read only');
    return await read((sql) => rowsOf(connection, sql));
  } finally {
    connection.destroy();
  }
}

async function* rowsOf<R>(connection: Connection, sql: string): AsyncIterable<readonly R[]> {
  const rows = connection.query(sql).stream({ highWaterMark: PER_BATCH });
  const stall = setTimeout(() => rows.destroy(new Error(`no row within ${STALL_LIMIT_MS} ms: ${sql}`)), STALL_LIMIT_MS);
  try {
    let batch: R[] = [];
    for await (const row of rows) {
      if (batch.push(row) < PER_BATCH) continue;
      yield batch;
      batch = [];
      stall.refresh();
    }
    yield batch;
  } finally {
    clearTimeout(stall);
  }
}

/** Reads these fields of a collection's documents, a batch at a time. */
type Documents = <D extends Document>(
  collection: string,
  fields: readonly (keyof D & string)[],
  filter?: Filter<D>,
) => AsyncIterable<readonly D[]>;

/** Reads the messages of a service that keeps them in MongoDB. */
function documentMessageFacts(service: ServiceName, url: string, facts: FactStore): Promise<void> {
  return readingMongo(url, async (documents) => {
    const lanes = await allOf(documents<LaneDocument>('lanes', ['lastSeq', 'publishedSeq']));
    const events = documents<EventDocument>('events', ['id', 'type', 'published', 'stream', 'version']);
    await facts.addAll('events', each(events, ({ id, type, published, stream, version }) => ({ service, id, type, published, stream, version })));
    const parked = await allOf(documents<ParkedKeyDocument>('parked_keys', ['messages']));
    const unsent = lanes.reduce((sum, { lastSeq, publishedSeq }) => sum + lastSeq - publishedSeq, 0);
    await facts.addAll('backlogs', [[{ service, unsent, parked: parked.reduce((sum, { messages }) => sum + messages.length, 0) }]]);
    const dead = documents<DeadLetterDocument>('dead_letters', ['cause'], { status: 'dead' });
    await facts.addAll('deadLetters', each(dead, ({ cause }) => ({ service, cause })));
    const unsentLetters = documents<{ _id: string }>('dead_letters', ['_id'], { kind: 'unsent', status: { $ne: 'redriven' } });
    await facts.addAll('setAside', each(unsentLetters, ({ _id: id }) => ({ id })));
  });
}

/** Reads the categories of Product, and the products in them. */
function catalogueDocuments(url: string, facts: FactStore): Promise<void> {
  return readingMongo(url, async (documents) => {
    for await (const trees of documents<CategoryTreeDocument>('categoryTrees', ['categories'])) {
      await facts.addAll('categories', trees.map(categoriesIn));
    }
    const use = documents<{ _id: string; products: number }>('categoryUse', ['products']);
    await facts.addAll('categoryUse', each(use, ({ _id: categoryId, products }) => ({ categoryId, products })));
    const products = documents<ProductDocument>('products', ['categoryIds']);
    await facts.addAll('products', each(products, ({ _id: id, categoryIds }) => ({ id, categoryIds })));
  });
}

/** Reads all collections as of one moment. */
async function readingMongo(url: string, read: (documents: Documents) => Promise<void>): Promise<void> {
  const { client, db, close } = openMongo({ url, poolSize: 1 });
  try {
    await client.withSession({ snapshot: true }, (session) =>
      read(async function* batches(collection, fields, filter = {}) {
        const projection = Object.fromEntries(fields.map((field) => [field, 1]));
        const cursor = db.collection(collection).find(filter as Filter<Document>, { session, projection, batchSize: PER_BATCH });
        while (await cursor.hasNext()) yield cursor.readBufferedDocuments() as never;
      }),
    );
  } finally {
    await close();
  }
}

type Kafka = RealShopAddresses['kafka'];

/** Reads all messages that the topics have now, a batch at a time, each partition in order. */
function messagesIn(kafka: Kafka, topics: readonly Topic[], see: (messages: readonly ReceivedMessage[]) => void): Promise<void> {
  return readingTopics(kafka, topics, (reader) => reader.read(topics, async (batch) => see(batch)));
}

/** Number of messages that the services' consumer groups have still to handle, in the topics they read. */
async function unhandledIn(kafka: Kafka): Promise<number> {
  const readers = SERVICES.filter((service) => topicsReadBy(service).length > 0);
  const lags = await Promise.all(
    readers.map((service) => readingTopics(kafka, topicsReadBy(service), (reader) => reader.lag(consumerGroup(service)))),
  );
  return lags.flat().reduce((sum, { messages }) => sum + messages, 0);
}

async function readingTopics<T>(kafka: Kafka, names: readonly Topic[], read: (reader: TopicReader) => Promise<T>): Promise<T> {
  const topics = withPartitions(names);
  const reader = await openTopicReader({ ...kafka, clientId: 'souk.verify', topics });
  try {
    return await read(reader);
  } finally {
    reader.close();
  }
}
