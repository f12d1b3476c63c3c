import { sql } from 'kysely';
import { openSqlite } from '../stores/sql/sqlite-database.ts';
import type { SqlDatabase } from '../stores/sql/sql-database.ts';
import { recordedDatabase } from './query-costs.ts';

/** SQLite's query plans for everything that `run` reads in the database of this file. */
export async function sqlitePlansOf<Schema>(path: string, run: (database: SqlDatabase<Schema>) => Promise<unknown>): Promise<readonly string[]> {
  const opened = openSqlite<Schema>({ path });
  try {
    const { database, statementsOf } = recordedDatabase(opened);
    const plans: string[] = [];
    for (const statement of await statementsOf(() => run(database))) {
      const explain = sql.raw<{ detail: string }>(`explain query plan ${statement.sql}`).compile(opened.reader);
      const { rows } = await opened.reader.executeQuery<{ detail: string }>({ ...explain, parameters: statement.parameters });
      plans.push(rows.map(({ detail }) => detail).join('; '));
    }
    return plans;
  } finally {
    await opened.close();
  }
}
