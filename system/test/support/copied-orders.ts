import { Database } from 'bun:sqlite';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { openLogReader } from '@souk/chassis/log/embedded/log-reader';
import { TOPIC_NAMES, withPartitions } from '@souk/contracts/topics';
import { shopFiles } from '../../src/shop/embedded/shop-files.ts';

type Value = string | number | null;
type Row = Record<string, Value>;
/** A text of the order as the same text of its nth copy. */
type Rename = (text: string, copy: number) => string;

interface Copying {
  readonly database: Database;
  readonly rename: Rename;
  readonly copies: number;
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
const MESSAGES_PER_SEND = 2000;

/** Tables with rows of an order, and the column that tells whose they are. */
const TABLES = {
  order: { orders: 'id', order_items: 'order_id', shipments: 'order_id', events: 'correlation_id' },
  inventory: { reservations: 'order_id', inventory_transactions: 'reference', events: 'correlation_id' },
  payment: { payments: 'order_id', events: 'correlation_id' },
} as const;

/**
 * Writes copies of the only order of a stopped embedded shop into its files, as if they had been placed one after the other: a
 * shop with many orders in seconds. It must have completed, for one piece of the only SKU, of which there are as many more.
 */
export async function copyOrder(folder: string, orderId: string, copies: number): Promise<void> {
  const { databases, gateway, log } = shopFiles(folder);
  const rename = renaming(ownIds(folder, orderId));
  for (const [service, tables] of Object.entries(TABLES)) {
    inTransaction(databases[service as keyof typeof TABLES], (database) => {
      for (const [table, column] of Object.entries(tables)) copyRows({ database, rename, copies }, table, `${column} = '${orderId}'`);
      database.run('update lanes set last_seq = (select max(seq) from events)');
      database.run('update lanes set published_seq = last_seq');
      if (service === 'inventory') database.run(`update inventory set on_hand = on_hand - ${copies}, movements = movements + 2 * ${copies}`);
    });
  }
  inTransaction(gateway, (database) => copyRows({ database, rename, copies }, 'charges', 'true'));
  await copyMessages(log, orderId, { rename, copies });
}

/** Ids that were made for this order: all but those of its customer, its goods and its warehouse. */
function ownIds(folder: string, orderId: string): ReadonlySet<string> {
  const { databases, gateway } = shopFiles(folder);
  const idsIn = (path: string, sql: string) => {
    using database = new Database(path, { readonly: true });
    return database.query<{ id: string }, []>(sql).all().flatMap(({ id }) => id.match(UUID) ?? []);
  };
  const events = `select id from events where correlation_id = '${orderId}'`;
  return new Set([
    ...idsIn(databases.order, `select id from orders union select id from shipments union ${events}`),
    ...idsIn(databases.inventory, `select id from inventory_transactions where reference = '${orderId}' union ${events}`),
    ...idsIn(databases.payment, `select id from payments union ${events}`),
    ...idsIn(gateway, 'select reference as id from charges'),
  ]);
}

function renaming(own: ReadonlySet<string>): Rename {
  return (text, copy) => {
    const prefix = copy.toString(16).padStart(8, '0');
    return text.replace(UUID, (id) => (own.has(id) ? `${prefix}${id.slice(8)}` : id));
  };
}

function inTransaction(path: string, work: (database: Database) => void): void {
  using database = new Database(path, { readwrite: true });
  database.run('pragma synchronous = off');
  database.transaction(work)(database);
}

function copyRows({ database, rename, copies }: Copying, table: string, where: string): void {
  const rows = database.query<Row, []>(`select * from ${table} where ${where}`).all();
  const columns = Object.keys(rows[0] ?? {});
  const insert = database.prepare<void, Value[]>(`insert into ${table} values (${columns.map(() => '?').join(', ')})`);
  for (let copy = 1; copy <= copies; copy += 1) {
    for (const row of rows) {
      const { seq, number, on_hand_after: onHand } = row;
      const texts = Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? rename(value, copy) : value]);
      const moved: Row = {
        ...Object.fromEntries(texts),
        ...(typeof seq === 'number' && { seq: seq + copy * 1000 }),
        ...(typeof number === 'number' && { number: number + copy * rows.length }),
        ...(typeof onHand === 'number' && { on_hand_after: onHand - copy }),
      };
      insert.run(...columns.map((name) => moved[name] ?? null));
    }
  }
}

/** Copies messages as ones that all groups have handled. */
async function copyMessages(path: string, orderId: string, { rename, copies }: Omit<Copying, 'database'>): Promise<void> {
  const reader = openLogReader(path);
  const messages = TOPIC_NAMES.flatMap((topic) => [...reader.records(topic)]).filter(({ key }) => key === orderId);
  reader.close();
  const log = openEmbeddedLog({ path, topics: withPartitions() });
  for (let copy = 1; copy <= copies; ) {
    const batch = [];
    for (; copy <= copies && batch.length < MESSAGES_PER_SEND; copy += 1) {
      for (const { topic, key, value, headers } of messages) {
        const renamed = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, rename(text, copy)]));
        batch.push({ topic, key: rename(key, copy), value: rename(value, copy), headers: renamed });
      }
    }
    await log.send(batch);
  }
  const ends = log.endOffsets();
  await log.close();
  inTransaction(path, (database) => {
    const handled = database.query(
      `insert or replace into offsets
       select group_name, (select first_partition_id + ? from log_topics where name = ?), ? from (select distinct group_name from offsets)`,
    );
    for (const { topic, partition, offset } of ends) handled.run(partition, topic, offset);
  });
}
