import { Database } from 'bun:sqlite';
import { type KeptRows, keptRows } from './kept-rows.ts';

/** Every row of every table of the file. */
export function rowsInSqlite(path: string, name: string): KeptRows[] {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    const tables = database.query<{ name: string }, []>(`select name from sqlite_master where type = 'table'`).all();
    return tables.map((table) => keptRows(`${name}.${table.name}`, database.query(`select * from "${table.name}"`).all()));
  } finally {
    database.close();
  }
}
