import { Database } from 'bun:sqlite';
import { openLogReader, type LogReader } from '@souk/chassis/log/log-reader';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { topicsReadBy } from '@souk/contracts/topics';
import { shopFiles } from '../embedded/shop-files.ts';
import { catalogueRows } from './catalogue-facts.ts';
import type { Rows, ShopRecords } from './shop-records.ts';
import { messagingFacts } from './sql-facts.ts';

/** A shop in a data folder, read without its services. */
export function embeddedRecords(folder: string): ShopRecords {
  const { databases, log, gateway } = shopFiles(folder);
  return {
    sql: (service, read) => reading(databases[service], read),
    catalogue: () => reading(databases.product, catalogueRows),
    messaging: (service) => reading(databases[service], (rows) => messagingFacts(service, rows)),
    logged: async (topics) => readingLog(log, (reader) => topics.flatMap((topic) => [...reader.records(topic)])),
    unhandled: async () => readingLog(log, (reader) => SERVICES.reduce((sum, service) => sum + lagOf(service, reader), 0)),
    gateway,
  };
}

async function reading<T>(path: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    // One transaction: all tables as of one moment.
    database.run('begin');
    return await read(async (sql) => database.query(sql).all() as never);
  } finally {
    database.close();
  }
}

function readingLog<T>(path: string, read: (reader: LogReader) => T): T {
  const reader = openLogReader(path);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

function lagOf(service: ServiceName, reader: LogReader): number {
  const read = new Set<string>(topicsReadBy(service));
  const own = reader.lag(`souk.${service}`).filter(({ topic }) => read.has(topic));
  return own.reduce((sum, { messages }) => sum + messages, 0);
}
