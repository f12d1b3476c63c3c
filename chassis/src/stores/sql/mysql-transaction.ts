import { StorageError } from '../../storage-error.ts';
import type { MysqlConnection } from './mysql-connection.ts';
import type { MysqlConnections } from './mysql-connections.ts';
import { textOf, textsOf } from './mysql-text.ts';
import type { Row, Statement, TransactionScript } from './statement.ts';

/**
 * Runs a script with one packet for each step: `begin` and the first reads, any further reads, all writes and `commit`.
 * A statement that fails ends its packet, so the commit is not reached; but a time-out of a lock wait undoes only
 * its own statement, so after any error everything is rolled back.
 */
export async function mysqlTransact<Result>(
  connections: MysqlConnections,
  start: () => TransactionScript<Result>,
): Promise<Result> {
  const script = start();
  let step = script.next();
  const connection = await connections.acquire();
  let begin: readonly string[] = ['begin'];
  try {
    while (!step.done) {
      const rows = await ask(connection, begin, step.value);
      begin = [];
      step = script.next(rows);
    }
    const { writes, result } = step.value;
    await commit(connection, [...begin, ...writes.flatMap(textsOf), 'commit']);
    return result;
  } catch (error) {
    await rollback(connection);
    throw error;
  } finally {
    connection.release();
  }
}

async function ask(
  connection: MysqlConnection,
  begin: readonly string[],
  reads: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  const texts = [...begin, ...reads.map(textOf)];
  const answer = await connection.send(texts.join(';\n'));
  const results = (texts.length === 1 ? [answer] : answer) as readonly (readonly Row[])[];
  return results.slice(begin.length);
}

/** Sends the writes and the commit. If the connection is lost meanwhile, it is unknown whether the server has committed. */
async function commit(connection: MysqlConnection, texts: readonly string[]): Promise<void> {
  try {
    await connection.send(texts.join(';\n'));
  } catch (error) {
    throw error instanceof StorageError && error.code === 'connection' ? new StorageError('commit-unknown', error) : error;
  }
}

/** On a lost connection the server rolls back by itself. */
async function rollback(connection: MysqlConnection): Promise<void> {
  try {
    await connection.send('rollback');
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'connection')) throw error;
  }
}
