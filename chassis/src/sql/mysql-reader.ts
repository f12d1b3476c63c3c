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

/** Kysely on connections of ours: with their limits, and their errors as `StorageError`s. It knows no transactions. */
export function mysqlReader<Schema>(connections: MysqlConnections, adapter = new MysqlAdapter()): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => driver(connections),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect });
}

class Reading implements DatabaseConnection {
  constructor(readonly connection: MysqlConnection) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.connection.send(textOf(query));
    if (Array.isArray(answer)) return { rows: answer };
    return { rows: [], numAffectedRows: BigInt((answer as ResultSetHeader).affectedRows) };
  }

  streamQuery(): never {
    throw new Error('results are not streamed');
  }
}

function driver(connections: MysqlConnections): Driver {
  const refuse = () => Promise.reject(new Error('transactions are scripts: SqlDatabase.transact'));
  return {
    init: () => Promise.resolve(),
    acquireConnection: async () => new Reading(await connections.acquire()),
    releaseConnection: async (reading) => (reading as Reading).connection.release(),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: () => connections.close(),
  };
}
