import { inspect } from 'node:util';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { ConnectionPool } from 'mongodb/lib/cmap/connection_pool.js';
import { standardError } from '../../telemetry/standard-error.ts';
import { endedWithin } from '../../timeouts.ts';
import { mongoAddress, refusedByDriver } from './mongo-address.ts';
import { connectError, reading } from './mongo-errors.ts';

export interface MongoOptions {
  /** `mongodb://user:password@host:port,…/database?…`; names the database, and `authSource` unless the user is kept in `admin`. */
  readonly url: string;
  /** Largest number of connections; the writer needs one of them. */
  readonly poolSize?: number;
}

/** A service's own database on a replica set. */
export interface MongoDatabase {
  readonly client: MongoClient;
  /** Reads what a majority has, writes to a majority. */
  readonly db: Db;
  /**
   * Connects, unless it is connected. Must be called first: after a first connection that failed the driver does not try
   * again by itself, and any operation finds its topology closed. Throws `StorageError`.
   */
  connect(): Promise<void>;
  /** Runs on a client whose time limit is long enough to build an index, then closes it. */
  forSchema<T>(run: (db: Db) => Promise<T>): Promise<T>;
  /** Throws `StorageError` when the database cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Longest wait for a server, a connection, or a place in the pool. */
const REACH_MS = 3000;
/** Longest wait for a server's answer. */
const ANSWER_MS = 10_000;
/** The same for a change of the schema: an index over a large collection. */
const SCHEMA_ANSWER_MS = 600_000;
/** A connection that does not end is left to the operating system after this time; no transaction is in progress by then. */
const CLOSE_MS = 1000;

const LOG_LINE = { compact: true, breakLength: Infinity };

const SETTINGS = {
  writeConcern: { w: 'majority', wtimeoutMS: ANSWER_MS },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  retryWrites: true,
  ignoreUndefined: true,
  serverSelectionTimeoutMS: REACH_MS,
  connectTimeoutMS: REACH_MS,
  waitQueueTimeoutMS: REACH_MS,
  socketTimeoutMS: ANSWER_MS,
  // As the driver does by default, which however opens a stream at every start, although it hardly ever logs anything.
  mongodbLogPath: { write: (entry) => standardError.write(`${inspect(entry, LOG_LINE)}\n`) },
} as const satisfies MongoClientOptions;

/** Opens nothing yet: the first operation connects. Throws MongoAddressError. */
export function openMongo({ url, poolSize = 10 }: MongoOptions): MongoDatabase {
  const { name, authSource } = mongoAddress(url);
  const settings: MongoClientOptions = { ...SETTINGS, ...(authSource !== undefined && { authSource }), maxPoolSize: poolSize };
  const client = clientOf(url, settings);
  const db = client.db(name);
  const connect = () => connected(client);
  return {
    client,
    db,
    connect,
    async forSchema(run) {
      // Two connections, because the lock of the schema is renewed while an index is being built.
      const patient = new MongoClient(url, { ...settings, maxPoolSize: 2, socketTimeoutMS: SCHEMA_ANSWER_MS });
      try {
        await connected(patient);
        return await run(patient.db(name));
      } finally {
        await closeInTime(patient);
      }
    },
    async check() {
      await connect();
      await reading(() => db.command({ ping: 1 }));
    },
    close: () => closeInTime(client),
  };
}

/** The driver parses the URL at once, and refuses what it does not know. */
function clientOf(url: string, settings: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(url, settings);
  } catch (error) {
    throw refusedByDriver(error);
  }
}

async function connected(client: MongoClient): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    throw connectError(error);
  }
}

async function closeInTime(client: MongoClient): Promise<void> {
  await endedWithin(CLOSE_MS, client.close());
}

/** The server's clock in epoch milliseconds, as an expression; `now` of every decision. */
export const SERVER_NOW = { $toLong: '$$NOW' } as const;

/**
 * A correction of the driver 7.9.0, made once per process: each pool checks ten times a second
 * whether it has its minimum of connections, which is none here, and whether one is too old. Once a second is enough.
 */
const LOOK_EVERY_MS = 1000;

const { ensureMinPoolSize } = ConnectionPool.prototype;
ConnectionPool.prototype.ensureMinPoolSize = function (this: ConnectionPool): void {
  const before = this.minPoolSizeTimer;
  ensureMinPoolSize.call(this);
  // A pool that is not ready checks again when it is.
  if (this.minPoolSizeTimer === undefined || this.minPoolSizeTimer === before) return;
  clearTimeout(this.minPoolSizeTimer);
  this.minPoolSizeTimer = setTimeout(() => this.ensureMinPoolSize(), LOOK_EVERY_MS);
};
