import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { StorageError } from '../../storage-error.ts';
import { mysqlAddress } from './mysql-address.ts';
import { MysqlConnection } from './mysql-connection.ts';
import { unreachable } from './mysql-errors.ts';
import { sessionSettings, type SessionVariables } from './mysql-session.ts';

/** Longest waits, in milliseconds: a frozen server is known after ACQUIRE_MS + ANSWER_MS. */
const CONNECT_MS = 3000;
const ACQUIRE_MS = 4000;
export const ANSWER_MS = 5000;
const CLOSE_MS = 1000;

const POOL_OPTIONS: PoolOptions = {
  connectTimeout: CONNECT_MS,
  // How many callers may wait for a connection.
  queueLimit: 1000,
  // Before the server does it (`wait_timeout`), so that nobody is given a connection that has just gone.
  idleTimeout: 8000,
  gracefulEnd: true,
  charset: 'utf8mb4_bin',
  timezone: 'Z',
  supportBigNumbers: true,
};

export interface ConnectionsOptions {
  readonly url: string;
  /** How many at most. */
  readonly size: number;
  /** Several statements in one packet, with `;` in between. */
  readonly multipleStatements: boolean;
  /** Session variables besides or instead of those that hold for all connections. */
  readonly variables: SessionVariables;
  /** Milliseconds; how long an answer may take. */
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
    // Whoever waits for an answer is told through it, and the pool forgets the connection by itself.
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

/** A frozen server never says goodbye. */
function endOf(pool: Pool): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    pool.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
