import { join } from 'node:path';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ServiceStore } from '../../../src/engine/service-store.ts';
import type { ChassisSchema } from '../../../src/stores/sql/chassis-schema.ts';
import { appendOnly, rowCollection } from '../../../src/stores/sql/sql-collection.ts';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { sqlServiceStore } from '../../../src/stores/sql/sql-service-store.ts';
import type { SqlDatabase, TransactionScript } from '../../../src/stores/sql/sql-database.ts';
import { temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import type { AnswerForm } from '../../../src/engine/writer/answer-key.ts';

/** The smallest service state there is: accounts that count, and a ledger of what happened to them. */
interface Account {
  readonly id: string;
  readonly total: number;
  readonly version: number;
}

interface Entry {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
}

export type ToyCollections = { readonly accounts: Account; readonly entries: Entry };

export interface ToySchema extends Pick<ChassisSchema, 'answer_keys' | 'kept_answers'> {
  accounts: Account;
  entries: Entry;
}

/** What a test of the writer needs of a store; a second engine is a second function that answers this. */
export interface ToyStore extends ServiceStore<ToyCollections> {
  accounts(): Promise<readonly Account[]>;
  entries(): Promise<readonly Entry[]>;
  /** How answers are kept from now on, in this lane or in all of them. */
  keepAnswersAs(form: AnswerForm, lane?: string): Promise<void>;
  /** All that is kept of answers, as text: keys, and answers. */
  keptRows(): Promise<{ readonly keys: readonly string[]; readonly answers: readonly string[] }>;
}

export interface OpenToyStore {
  readonly store: ToyStore;
  /** Another connection to the same database, as a second process has it. */
  again(): ToyStore;
  dispose(): Promise<void>;
}

export async function openSqliteToyStore(): Promise<OpenToyStore> {
  const folder = temporaryFolder();
  return openToyStore(() => openSqlite<ToySchema>({ path: join(folder.path, 'toy.db') }), async () => folder.remove());
}

export async function openMysqlToyStore(): Promise<OpenToyStore> {
  const { url, drop } = await temporaryDatabase();
  return openToyStore(() => openMysql<ToySchema>({ url }), drop);
}

async function openToyStore(database: () => SqlDatabase<ToySchema>, remove: () => Promise<void>): Promise<OpenToyStore> {
  const open = () => toyStore(database());
  const opened = [open()];
  const [store] = opened as [ToyStore];
  await store.migrate();
  return {
    store,
    again() {
      const other = open();
      opened.push(other);
      return other;
    },
    async dispose() {
      for (const each of opened) await each.close();
      await remove();
    },
  };
}

/** `remembers`: false: as a version before this one, which guards nothing. */
export function toyStore(database: SqlDatabase<ToySchema>, { remembers = true } = {}): ToyStore {
  const { dialect, reader } = database;
  const accounts = rowCollection<Account, Account>(dialect, {
    table: 'accounts',
    columns: ['id', 'total', 'version'],
    keyColumn: 'id',
    keyOf: (account) => account.id,
    toRow: (account) => account,
    fromRow: ({ id, total, version }) => ({ id, total, version }),
    ...(remembers && { remembered: { guard: ['version'], bytesOf: () => 100 } }),
  });
  const entries = appendOnly<Entry>(
    (entry) => entry.id,
    (rows) => [dialect.insert('entries', ['id', 'account', 'amount'], rows.map(({ id, account, amount }) => [id, account, amount]))],
  );
  return {
    ...sqlServiceStore<ToyCollections, ToySchema>(database, { accounts, entries }, migrations(database)),
    accounts: () => reader.selectFrom('accounts').selectAll().orderBy('id').execute(),
    async keepAnswersAs(form, lane) {
      const which = lane === undefined ? { where: '', parameters: [] } : { where: ' where lane = ?', parameters: [lane] };
      function* change(): TransactionScript<void> {
        yield [];
        return { writes: [{ sql: `update lanes set answer_form = ?${which.where}`, parameters: [form, ...which.parameters] }], result: undefined };
      }
      await database.transact(change);
    },
    async keptRows() {
      const [keys, answers] = await Promise.all([reader.selectFrom('answer_keys').selectAll().execute(), reader.selectFrom('kept_answers').selectAll().execute()]);
      return { keys: keys.map((row) => JSON.stringify(row)), answers: answers.map((row) => JSON.stringify(row)) };
    },
    entries: () => reader.selectFrom('entries').selectAll().orderBy('id').execute(),
  };
}

function migrations({ dialect }: SqlDatabase<ToySchema>): Record<string, Migration> {
  const { key, integer } = dialect.column;
  return {
    'toy-001-accounts': {
      async up(db) {
        const table = db.schema
          .createTable('accounts')
          .addColumn('id', key, (c) => c.primaryKey().notNull())
          .addColumn('total', integer, (c) => c.notNull())
          .addColumn('version', integer, (c) => c.notNull())
          .addCheckConstraint('accounts_total', sql`total >= 0`);
        await dialect.clusteredTable(table).execute();
      },
    },
    'toy-002-entries': {
      async up(db) {
        const table = db.schema
          .createTable('entries')
          .addColumn('id', key, (c) => c.primaryKey().notNull())
          .addColumn('account', key, (c) => c.notNull())
          .addColumn('amount', integer, (c) => c.notNull());
        await dialect.clusteredTable(table).execute();
      },
    },
  };
}
