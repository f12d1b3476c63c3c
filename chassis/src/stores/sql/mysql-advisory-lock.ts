import { exchangeSteps, type AdvisoryLock } from './advisory-lock.ts';
import type { MysqlConnection } from './mysql-connection.ts';
import { mysqlConnections } from './mysql-connections.ts';
import { textOf } from './mysql-text.ts';

/** Seconds after which a process that is frozen or cut off loses the name. */
const WAIT_TIMEOUT_S = 60;
const ALIVE_EVERY_MS = 15_000;
/** Seconds to wait for each table; later statements wait behind a waiting exchange. */
const LOCK_WAIT_S = 1;
const ANSWER_MS = 10_000;

/** Lock names are per server, not per database, and have at most 64 characters. */
const LOCK = "concat(?, left(sha2(database(), 256), 40))";

/**
 * Takes the lock on a connection of its own, which holds the name; when it is lost, the name is free. An exchange uses the same
 * connection, so a process that was paused and has lost the name meanwhile cannot exchange anything any more.
 */
export async function mysqlAdvisoryLock(url: string, name: string): Promise<AdvisoryLock | undefined> {
  const variables = { wait_timeout: WAIT_TIMEOUT_S, lock_wait_timeout: LOCK_WAIT_S };
  const connections = mysqlConnections({ url, size: 1, multipleStatements: false, variables, answerMs: ANSWER_MS });
  try {
    const connection = await connections.acquire();
    const asked = textOf({ sql: `select get_lock(${LOCK}, 0) as got`, parameters: [`souk-${name}-`] });
    const [row] = (await connection.send(asked)) as readonly { readonly got: number | null }[];
    if (row?.got === 1) return heldBy(connection, () => connections.close());
  } catch (error) {
    await connections.close();
    throw error;
  }
  await connections.close();
  return undefined;
}

function heldBy(connection: MysqlConnection, close: () => Promise<void>): AdvisoryLock {
  // When it fails, the connection is lost, and the next exchange says so.
  const alive = setInterval(() => void connection.send('select 1').catch(() => undefined), ALIVE_EVERY_MS);
  alive.unref();
  return {
    async exchange(pairs) {
      const renames = exchangeSteps(pairs).map(([from, to]) => `\`${from}\` to \`${to}\``);
      await connection.send(`rename table ${renames.join(', ')}`);
    },
    async release() {
      clearInterval(alive);
      connection.discard();
      await close();
    },
  };
}
