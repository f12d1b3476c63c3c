import { Database } from 'bun:sqlite';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Bytes of each table and index of each file in a folder; of the whole file where SQLite cannot tell its parts. */
export function sqliteTables(folder: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const path = join(folder, file);
    for (const { name, bytes } of partsOf(path)) sizes[`${basename(file, '.db')}.${name}`] = bytes;
  }
  return sizes;
}

function partsOf(path: string): readonly { readonly name: string; readonly bytes: number }[] {
  const database = new Database(path, { readonly: true });
  try {
    return database
      .query<{ name: string; bytes: number }, []>(
        `select coalesce(m.tbl_name, s.name) as name, sum(s.pgsize) as bytes from dbstat s left join sqlite_schema m on m.name = s.name
         where s.aggregate group by 1 order by 1`,
      )
      .all();
  } catch {
    // This SQLite was built without `dbstat`.
    return [{ name: '*', bytes: statSync(path).size }];
  } finally {
    database.close();
  }
}
