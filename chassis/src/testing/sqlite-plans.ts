import { sql } from 'kysely';
import { openSqlite } from '../stores/sql/sqlite-database.ts';
import type { SqlDatabase, Statement } from '../stores/sql/sql-database.ts';
import { recordedDatabase } from './query-costs.ts';

/** SQLite's query plans for everything that `run` reads in the database of this file. */
export async function sqlitePlansOf<Schema>(path: string, run: (database: SqlDatabase<Schema>) => Promise<unknown>): Promise<readonly string[]> {
  const opened = openSqlite<Schema>({ path });
  try {
    const { database, statementsOf } = recordedDatabase(opened);
    const plans: string[] = [];
    for (const statement of await statementsOf(() => run(database))) {
      plans.push((await planOf(opened, statement)).join('; '));
    }
    return plans;
  } finally {
    await opened.close();
  }
}

/** The steps of SQLite's plan for a statement. */
export async function planOf<Schema>({ reader }: Pick<SqlDatabase<Schema>, 'reader'>, statement: Statement): Promise<readonly string[]> {
  const explain = sql.raw<{ detail: string }>(`explain query plan ${statement.sql}`).compile(reader);
  const { rows } = await reader.executeQuery<{ detail: string }>({ ...explain, parameters: statement.parameters });
  return rows.map(({ detail }) => detail);
}
