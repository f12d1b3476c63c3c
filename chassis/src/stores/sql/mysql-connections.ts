import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type QueryResult,
} from 'kysely';
import { createPool, type Pool, type PoolConnection, type PoolOptions, type ResultSetHeader } from 'mysql2';
import { StorageError } from '../../storage-error.ts';
import { mysqlAddress, sessionSettings, type SessionVariables } from './mysql-address.ts';
import { textOf } from './mysql-dialect.ts';
import { mysqlError, unreachable } from './mysql-errors.ts';

/** Longest waits, in milliseconds: a frozen server is detected after ACQUIRE_MS + ANSWER_MS. */
const CONNECT_MS = 3000;
const ACQUIRE_MS = 4000;
export const ANSWER_MS = 5000;
const CLOSE_MS = 1000;

const POOL_OPTIONS: PoolOptions = {
  connectTimeout: CONNECT_MS,
  // Number of callers that may wait for a connection.
  queueLimit: 1000,
  // Closes idle connections before the server does (`wait_timeout`), so that no caller gets one that has just gone.
  idleTimeout: 8000,
  gracefulEnd: true,
  charset: 'utf8mb4_bin',
  timezone: 'Z',
  supportBigNumbers: true,
};

interface ConnectionsOptions {
  readonly url: string;
  /** Largest number of connections. */
  readonly size: number;
  /** Several statements in one packet, with `;` in between. */
  readonly multipleStatements: boolean;
  /** Session variables that add to those of all connections, or override them. */
  readonly variables: SessionVariables;
  /** Milliseconds that an answer may take. */
  readonly answerMs: number;
}

export interface MysqlConnections {
  /** Throws `StorageError` `connection` when there is none in time. */
  acquire(): Promise<MysqlConnection>;
  close(): Promise<void>;
}

/** Connections to one database. Every wait has its limit, and a connection that did not answer in time is never used again. */
export function mysqlConnections({ url, size, variables, answerMs, multipleStatements }: ConnectionsOptions): MysqlConnections {
  const pool = createPool({ ...POOL_OPTIONS, ...mysqlAddress(url), connectionLimit: size, maxIdle: Math.max(1, size - 1), multipleStatements });
  const settings = sessionSettings(variables);
  const open = new Map<PoolConnection, MysqlConnection>();
  pool.on('connection', (raw: PoolConnection) => {
    open.set(raw, new MysqlConnection(raw, answerMs));
    raw.once('end', () => open.delete(raw));
    // A caller that waits for an answer gets the error there, and the pool forgets the connection by itself.
    raw.on('error', () => open.delete(raw));
  });
  return {
    async acquire() {
      const raw = await connectionOf(pool);
      const connection = open.get(raw);
      if (connection === undefined) throw new StorageError('connection', new Error('the connection to MySQL was lost at once'));
      try {
        await connection.prepare(settings);
        return connection;
      } catch (error) {
        connection.discard();
        throw error;
      }
    },
    async close() {
      await endOf(pool);
      for (const connection of open.values()) connection.discard();
    },
  };
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new StorageError('connection', new Error(`no connection to MySQL within ${ACQUIRE_MS} ms`)));
    }, ACQUIRE_MS);
    pool.getConnection((error, raw) => {
      clearTimeout(timer);
      if (error) reject(unreachable(error));
      else if (late) raw.release();
      else resolve(raw);
    });
  });
}

/** Ends the pool, within a time limit, because a frozen server never closes its side. */
function endOf(pool: Pool): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    pool.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Characters of one packet at most: 48 MB in UTF-8, of the server's usual 64 MB. */
const PACKET_LIMIT = 16_000_000;
const MOST_BYTES_PER_CHARACTER = 3;

/** One connection of a pool, used by one caller at a time. */
export class MysqlConnection {
  readonly #raw: PoolConnection;
  readonly #answerMs: number;
  /** Bytes of one packet that the server accepts (`max_allowed_packet`). Beyond that it sends an error and hangs up, and the error may be lost. */
  #packetBytes = Infinity;
  #prepared: Promise<void> | undefined;

  constructor(raw: PoolConnection, answerMs: number) {
    this.#raw = raw;
    this.#answerMs = answerMs;
  }

  /** Sends `settings` on the first call only. */
  prepare(settings: string): Promise<void> {
    return (this.#prepared ??= this.#begin(settings));
  }

  async #begin(settings: string): Promise<void> {
    await this.send(settings);
    const [row] = (await this.send('select @@max_allowed_packet as bytes')) as readonly { readonly bytes: number }[];
    this.#packetBytes = row?.bytes ?? Infinity;
  }

  /**
   * Sends a text and returns mysql2's result, within `limitMs` or the limit of any answer, whichever is less. Throws `StorageError`;
   * after `connection` it cannot be used any more.
   */
  async send(text: string, limitMs = Infinity): Promise<unknown> {
    this.#expectToFit(text);
    try {
      return await this.#answerTo(text, Math.min(limitMs, this.#answerMs));
    } catch (error) {
      const failure = mysqlError(error);
      if (failure.code === 'connection') this.discard();
      throw failure;
    }
  }

  #expectToFit(text: string): void {
    if (text.length > PACKET_LIMIT) throw new StorageError('other', new Error(`a packet of ${text.length} characters is too long`));
    // One byte of the packet is the command.
    if (text.length * MOST_BYTES_PER_CHARACTER < this.#packetBytes || Buffer.byteLength(text) < this.#packetBytes) return;
    const why = `a packet of ${text.length} characters is too long for max_allowed_packet = ${this.#packetBytes}`;
    throw new StorageError('other', new Error(why), 'set max_allowed_packet to its usual 64 MB');
  }

  /** Gives it back to the pool, unless it was discarded. */
  release(): void {
    this.#raw.release();
  }

  discard(): void {
    this.#raw.destroy();
    // `destroy` closes its own side only, and a frozen server never answers to that.
    (this.#raw as unknown as { readonly stream: { destroy(): void } }).stream.destroy();
  }

  /** mysql2's own time limit would leave the connection busy and in the pool. */
  #answerTo(text: string, limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new StorageError('connection', new Error(`no answer from MySQL within ${Math.round(limitMs)} ms`)));
      }, limitMs);
      this.#raw.query(text, (error, results) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(results);
      });
    });
  }
}

/** Milliseconds for all waits of a read together: a place in the pool, a new connection, the answer. */
const READ_MS = 10_000;

/**
 * Kysely on connections of ours, with their limits, and their errors as `StorageError`s. It has no transactions. `heldMs`: time for
 * which a caller may hold a connection, whatever it asks; each answer has the connection's own limit as well.
 */
export function mysqlReader<Schema>(connections: MysqlConnections, adapter = new MysqlAdapter(), heldMs = READ_MS): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => driver(connections, heldMs),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect });
}

class Reading implements DatabaseConnection {
  constructor(
    readonly connection: MysqlConnection,
    /** Deadline, as performance.now(). */
    readonly until: number,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.connection.send(textOf(query), this.until - performance.now());
    if (Array.isArray(answer)) return { rows: answer };
    return { rows: [], numAffectedRows: BigInt((answer as ResultSetHeader).affectedRows) };
  }

  streamQuery(): never {
    throw new Error('results are not streamed');
  }
}

function driver(connections: MysqlConnections, heldMs: number): Driver {
  const refuse = () => Promise.reject(new Error('transactions are scripts: SqlDatabase.transact'));
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const until = performance.now() + heldMs;
      return new Reading(await connections.acquire(), until);
    },
    releaseConnection: async (reading) => (reading as Reading).connection.release(),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: () => connections.close(),
  };
}
