import { Database, type Statement } from 'bun:sqlite';
import type { Batches } from './batches.ts';
import type { Facts } from './facts.ts';

type Table = keyof Facts;

/** Booleans are stored as 0 and 1, lists as JSON text. */
type Kind = 'text' | 'integer' | 'boolean' | 'json';

interface FactTable<Fact> {
  readonly columns: { readonly [Column in keyof Fact]-?: Kind };
  /** Columns of each index, for rules over many facts; created when all facts are in. */
  readonly indexes?: readonly (readonly (keyof Fact & string)[])[];
}

/** Nothing is unique here: a rule has to find facts that occur twice. */
export const FACT_TABLES: { readonly [T in Table]: FactTable<Facts[T]> } = {
  accepted: { columns: { id: 'text' } },
  orders: {
    columns: {
      id: 'text',
      userId: 'text',
      status: 'text',
      reason: 'text',
      paymentStatus: 'text',
      refunded: 'integer',
      total: 'integer',
      currency: 'text',
      deadlineAt: 'integer',
      isKept: 'boolean',
      isErased: 'boolean',
      version: 'integer',
    },
    indexes: [['id']],
  },
  orderLines: { columns: { orderId: 'text', sku: 'text', quantity: 'integer', unitPrice: 'integer' }, indexes: [['orderId']] },
  shipments: {
    columns: {
      orderId: 'text',
      id: 'text',
      warehouseId: 'text',
      status: 'text',
      carrier: 'text',
      trackingNumber: 'text',
      items: 'json',
    },
    indexes: [['id'], ['orderId']],
  },
  parcelNews: { columns: { type: 'text', shipmentId: 'text', carrier: 'text', trackingNumber: 'text' }, indexes: [['shipmentId']] },
  personalTold: { columns: { orderId: 'text', type: 'text' } },
  categories: { columns: { id: 'text', parentId: 'text', position: 'integer' } },
  categoryUse: { columns: { categoryId: 'text', products: 'integer' } },
  products: { columns: { id: 'text', categoryIds: 'json' } },
  levels: {
    columns: { sku: 'text', warehouseId: 'text', onHand: 'integer', reserved: 'integer', movements: 'integer', lowTurns: 'integer' },
    indexes: [['sku', 'warehouseId']],
  },
  lows: { columns: { sku: 'text', available: 'integer', threshold: 'integer' }, indexes: [['sku']] },
  reservations: { columns: { orderId: 'text', status: 'text', lines: 'json' }, indexes: [['orderId']] },
  movements: {
    columns: {
      sku: 'text',
      warehouseId: 'text',
      number: 'integer',
      onHandDelta: 'integer',
      reservedDelta: 'integer',
      onHandAfter: 'integer',
      reservedAfter: 'integer',
    },
    indexes: [['sku', 'warehouseId', 'number']],
  },
  payments: {
    columns: { id: 'text', orderId: 'text', status: 'text', amount: 'integer', refunded: 'integer', refunding: 'integer' },
    indexes: [['id'], ['orderId']],
  },
  refunds: { columns: { id: 'text', paymentId: 'text', amount: 'integer', status: 'text' }, indexes: [['id'], ['paymentId']] },
  paymentMethods: { columns: { id: 'text', userId: 'text' } },
  webhooks: { columns: { id: 'text', key: 'text', said: 'text', outcome: 'text' } },
  charges: { columns: { key: 'text', amount: 'integer', taken: 'boolean', refunded: 'integer' }, indexes: [['key']] },
  givenBack: { columns: { key: 'text', amount: 'integer' }, indexes: [['key']] },
  events: {
    columns: { service: 'text', id: 'text', type: 'text', published: 'boolean', stream: 'text', version: 'integer' },
    indexes: [['service', 'stream', 'version']],
  },
  backlogs: { columns: { service: 'text', unsent: 'integer', parked: 'integer' } },
  deadLetters: { columns: { service: 'text', cause: 'text' } },
  setAside: { columns: { id: 'text' }, indexes: [['id']] },
  personalLogged: { columns: { topic: 'text', id: 'text', place: 'text' } },
  logged: { columns: { id: 'text' }, indexes: [['id']] },
  unhandled: { columns: { messages: 'integer' } },
};

type Value = string | number | null;

const TABLES = Object.keys(FACT_TABLES) as readonly Table[];
const CACHE_KB = 32 * 1024;

/** The facts of one shop, as SQL tables. Facts that do not fit in memory go to files that end with the process. */
export interface FactStore extends Disposable {
  add<T extends Table>(table: T, facts: readonly Facts[T][]): void;
  /** Adds batches as they come from a database. */
  addAll<T extends Table>(table: T, batches: Batches<Facts[T]>): Promise<void>;
  /** Call it once, after the last fact: before it, queries over many facts are slow. */
  index(): void;
  count(table: Table): number;
  /** All rows of a table, in the order in which they were added. */
  all<T extends Table>(table: T): Facts[T][];
  /** Values of the only column of a query, row by row. */
  texts(query: string): Iterable<string>;
}

/** Called with the number of facts that a table has by now. */
export type Added = (table: Table, facts: number) => void;

export function openFactStore(added: Added = () => undefined): FactStore {
  // Temporary tables spill to files without a name (in SQLITE_TMPDIR, TMPDIR or /var/tmp); the main database stays empty.
  const database = new Database(':memory:', { strict: true });
  database.run('pragma temp_store = file');
  database.run(`pragma temp.cache_size = -${CACHE_KB}`);
  for (const table of TABLES) database.run(`create temp table ${table} (${definitions(table).join(', ')})`);
  database.run('begin');
  const inserts = new Map(TABLES.map((table) => [table, insertInto(database, table)] as const));
  const counts = new Map<Table, number>();

  function add<T extends Table>(table: T, facts: readonly Facts[T][]): void {
    inserts.get(table)?.(facts);
    const count = (counts.get(table) ?? 0) + facts.length;
    counts.set(table, count);
    added(table, count);
  }

  return {
    add,
    async addAll(table, batches) {
      for await (const facts of batches) add(table, facts);
    },
    index() {
      for (const statement of TABLES.flatMap(indexesOf)) database.run(statement);
      database.run('analyze temp');
    },
    count: (table) => counts.get(table) ?? 0,
    all: (table) => database.query<Record<string, Value>, []>(`select * from ${table} order by rowid`).all().map((row) => restored(table, row)),
    *texts(query) {
      for (const row of database.query<object, []>(query).iterate()) yield String(Object.values(row)[0]);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function columnsOf(table: Table): (readonly [name: string, kind: string])[] {
  return Object.entries(FACT_TABLES[table].columns);
}

function definitions(table: Table): string[] {
  return columnsOf(table).map(([name, kind]) => `"${name}" ${kind === 'integer' || kind === 'boolean' ? 'integer' : 'text'}`);
}

function indexesOf(table: Table): string[] {
  const indexes: readonly (readonly string[])[] = FACT_TABLES[table].indexes ?? [];
  return indexes.map((columns) => `create index temp."${[table, ...columns].join('_')}" on ${table} (${columns.join(', ')})`);
}

function insertInto(database: Database, table: Table): (facts: readonly object[]) => void {
  const columns = columnsOf(table);
  const places = columns.map(() => '?').join(', ');
  const insert: Statement<unknown, Value[]> = database.prepare(`insert into ${table} values (${places})`);
  return (facts) => {
    for (const fact of facts as readonly Record<string, unknown>[]) insert.run(...columns.map(([name]) => kept(fact[name])));
  };
}

function kept(value: unknown): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return (value ?? null) as Value;
}

function restored<T extends Table>(table: T, row: Record<string, Value>): Facts[T] {
  const entries = columnsOf(table).map(([name, kind]) => {
    const value = row[name] ?? null;
    if (kind === 'boolean') return [name, value === 1];
    return [name, kind === 'json' ? JSON.parse(String(value)) : value];
  });
  return Object.fromEntries(entries) as Facts[T];
}
