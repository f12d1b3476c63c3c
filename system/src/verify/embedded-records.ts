import { EventLogError } from '@souk/chassis/log/event-log';
import { openLogReader, type LogReader } from '@souk/chassis/log/embedded/log-reader';
import { consumerGroup, SERVICES, type ServiceName } from '@souk/contracts/services';
import { TOPIC_NAMES, topicsReadBy } from '@souk/contracts/topics';
import { shopFiles } from '../shop/embedded/shop-files.ts';
import { inBatches, readingSqlite } from './batches.ts';
import { catalogueRows, messageFacts } from './read-facts.ts';
import type { ShopRecords } from './shop-records.ts';

/** Records of a shop in a data folder, read without its services. */
export function embeddedRecords(folder: string): ShopRecords {
  const { databases, log, gateway } = shopFiles(folder);
  return {
    sql: (service, read) => readingSqlite(databases[service], read),
    catalogue: (facts) => readingSqlite(databases.product, (rows) => catalogueRows(rows, facts)),
    messaging: (service, facts) => readingSqlite(databases[service], (rows) => messageFacts(service, rows, facts)),
    logged: async (topics, see) =>
      readingLog(log, (reader) => {
        for (const topic of topics) for (const messages of inBatches(reader.records(topic))) see(messages);
      }),
    unhandled: async () => readingLog(log, (reader) => SERVICES.reduce((sum, service) => sum + lagOf(service, reader), 0)),
    now: async () => Date.now(),
    gateway,
  };
}

/** False for the log of an earlier version: until a shop of this version has opened it, it has another format or lacks newer topics. */
export function hasEveryTopic(log: string): boolean {
  try {
    return readingLog(log, (reader) => {
      const there = new Set(reader.endOffsets().map(({ topic }) => topic));
      return TOPIC_NAMES.every((topic) => there.has(topic));
    });
  } catch (error) {
    if (error instanceof EventLogError && error.code === 'earlier-version') return false;
    throw error;
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
  const own = reader.lag(consumerGroup(service)).filter(({ topic }) => read.has(topic));
  return own.reduce((sum, { messages }) => sum + messages, 0);
}
