import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { StorageError } from '../../storage-error.ts';
import { mysqlAddress } from './mysql-address.ts';
import { MysqlConnection } from './mysql-connection.ts';
import { unreachable } from './mysql-errors.ts';
import { sessionSettings, type SessionVariables } from './mysql-session.ts';

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

export interface ConnectionsOptions {
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
