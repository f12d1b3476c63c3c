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
import type { ResultSetHeader } from 'mysql2';
import type { MysqlConnection } from './mysql-connection.ts';
import type { MysqlConnections } from './mysql-connections.ts';
import { textOf } from './mysql-text.ts';

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
