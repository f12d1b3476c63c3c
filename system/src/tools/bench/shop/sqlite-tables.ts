import { Database } from 'bun:sqlite';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Sizing the tables of a file reads all of its pages: a larger file is reported as a whole. */
const PARTS_LIMIT = 2 ** 31;

/** Bytes of each table of each file in a folder, its indexes included; of the whole file if it is too large for that. */
export function sqliteTables(folder: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const path = join(folder, file);
    for (const { name, bytes } of partsOf(path)) sizes[`${basename(file, '.db')}.${name}`] = bytes;
  }
  return sizes;
}

function partsOf(path: string): readonly { readonly name: string; readonly bytes: number }[] {
  const { size } = statSync(path);
  if (size > PARTS_LIMIT) return [{ name: '*', bytes: size }];
  const database = new Database(path, { readonly: true });
  try {
    return database
      .query<{ name: string; bytes: number }, []>(
        `select coalesce(m.tbl_name, s.name) as name, sum(s.pgsize) as bytes from dbstat s left join sqlite_schema m on m.name = s.name group by 1 order by 1`,
      )
      .all();
  } finally {
    database.close();
  }
}
