import { Database } from 'bun:sqlite';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** What was done to the rows of one table. */
interface RowChanges {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** The rows and trees of one table. */
export interface TableCount extends RowChanges {
  readonly table: string;
  /** Bytes of the pages in use, by index; `data` is the tree that has the rows themselves. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** A database whose tables count what is done to their rows, by triggers: whoever does it, on any engine. */
export interface CountedDatabase {
  /** Counts from now on. */
  begin(): Promise<void>;
  counts(): Promise<readonly TableCount[]>;
}

const DONE = ['insert', 'update', 'delete'] as const;
const COUNTS = 'row_counts';
/** Of Kysely and of the steps themselves; nothing is written there while a shop runs. */
const ASIDE = ['kysely_migration', 'kysely_migration_lock', 'migrations_begun', COUNTS];

interface Asked {
  run(sql: string): Promise<void>;
  rows<R>(sql: string): Promise<readonly R[]>;
}

type Size = { readonly table: string; readonly name: string; readonly bytes: number };

interface Engine extends Asked {
  tables(): Promise<readonly string[]>;
  /** The body of a trigger that does this. */
  body(statement: string): string;
  sizes(tables: readonly string[]): Promise<readonly Size[]>;
}

function counted({ run, rows, tables, body: end, sizes }: Engine): CountedDatabase {
  const own = async () => (await tables()).filter((table) => !ASIDE.includes(table));
  return {
    async begin() {
      await run(`create table ${COUNTS} (place varchar(100) not null primary key, n bigint not null)`);
      for (const table of await own()) {
        for (const done of DONE) {
          await run(`insert into ${COUNTS} values ('${table} ${done}', 0)`);
          const body = `update ${COUNTS} set n = n + 1 where place = '${table} ${done}'`;
          await run(`create trigger count_${table}_${done} after ${done} on ${table} for each row ${end(body)}`);
        }
      }
    },
    async counts() {
      const all = await own();
      const found = new Map((await rows<{ place: string; n: number }>(`select place, n from ${COUNTS}`)).map(({ place, n }) => [place, n]));
      const trees = Map.groupBy(await sizes(all), ({ table }) => table);
      const times = (table: string, done: (typeof DONE)[number]) => found.get(`${table} ${done}`) ?? 0;
      return all.toSorted().map((table) => ({
        table,
        inserted: times(table, 'insert'),
        updated: times(table, 'update'),
        deleted: times(table, 'delete'),
        bytes: Object.fromEntries((trees.get(table) ?? []).map(({ name, bytes }) => [name, bytes])),
      }));
    },
  };
}

/** `path`: of a file that others write to meanwhile. */
export function countedSqlite(path: string): CountedDatabase {
  const using = async <T>(work: (database: Database) => T): Promise<T> => {
    const database = new Database(path, { readwrite: true, strict: true });
    try {
      database.run('pragma busy_timeout = 10000');
      return work(database);
    } finally {
      database.close();
    }
  };
  const rows = <R>(sql: string) => using((database) => database.query<R, []>(sql).all());
  const tables = async () => (await rows<{ name: string }>(`select name from sqlite_schema where type = 'table'`)).map(({ name }) => name);
  const body = (text: string) => `begin ${text}; end`;
  const sizes = () =>
    rows<Size>(
      `select tbl_name as "table", case when type = 'table' then 'data' else s.name end as name, sum(pgsize) as bytes
       from dbstat join sqlite_schema as s on s.name = dbstat.name group by tbl_name, s.name`,
    );
  return counted({ run: (sql) => using((database) => void database.run(sql)), rows, tables, body, sizes });
}

/** `url`: of the user who may change the schema; `server`: of the one who may read the server's own statistics. */
export function countedMysql(url: string, server: string): CountedDatabase {
  const schema = new URL(url).pathname.slice(1);
  const ask = async <R>(uri: string, sql: string): Promise<readonly R[]> => {
    const connection = await createConnection({ uri });
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0] as unknown as R[];
    } finally {
      await connection.end();
    }
  };
  const rows = <R>(sql: string) => ask<R>(url, sql);
  const tables = async () =>
    (await rows<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = database()`)).map(({ name }) => name);
  async function sizes(all: readonly string[]): Promise<readonly Size[]> {
    await rows(`analyze table ${all.join(', ')}`);
    const pages = `select substring_index(table_name, '#', 1) as \`table\`, if(index_name = 'PRIMARY', 'data', index_name) as name, cast(sum(stat_value) * @@innodb_page_size as signed) as bytes
      from mysql.innodb_index_stats where database_name = '${schema}' and stat_name = 'n_leaf_pages' group by 1, 2`;
    return ask<Size>(server, pages);
  }
  return counted({ run: async (sql) => void (await rows(sql)), rows, tables, body: (text) => text, sizes });
}
