import type { Dialect, Row, SqlDatabase, TransactionScript } from '@souk/chassis/stores/sql/sql-database';
import { rowCollection, type RowMapping, rowView, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { ViewMemory } from '@souk/chassis/stores/sql/entity-memory';
import { type CatalogueEntry, type CatalogueProduct, type CatalogueRebuild, REBUILD_ID } from '../domain/catalogue.ts';
import type { CatalogueProductsTable, CatalogueRebuildsTable, CatalogueTable, OrderSchema } from './order-schema.ts';
import type { FreshCatalogue } from './order-store.ts';

/** Age up to which a cached price is used: a price read a second ago is as right as one whose event arrives in a second. */
const OFFERS_MS = 1000;

export function catalogueEntries(dialect: Dialect, table: 'catalogue' | 'catalogue_fresh'): SqlCollection<CatalogueEntry> {
  return rowCollection(dialect, entriesIn(table));
}

/** Cache of the copy in use, for placements. `now`: a monotonic clock in milliseconds. */
export function offersMemory(now: () => number): ViewMemory<CatalogueEntry> {
  const bytesOf = ({ title, options }: CatalogueEntry) => 500 + 2 * title.length + 2 * JSON.stringify(options).length;
  return new ViewMemory({ ms: OFFERS_MS, count: 10_000, bytes: 8 * 1024 * 1024, bytesOf, now });
}

export function offers(dialect: Dialect, seen: ViewMemory<CatalogueEntry>): SqlCollection<CatalogueEntry> {
  return rowView(dialect, entriesIn('catalogue'), seen);
}

function entriesIn(table: 'catalogue' | 'catalogue_fresh'): RowMapping<CatalogueEntry, CatalogueTable> {
  return {
    table,
    columns: ['sku', 'product_id', 'title', 'price', 'currency', 'active', 'version', 'changed_at', 'options'],
    keyColumn: 'sku',
    keyOf: (entry) => entry.sku,
    toRow: ({ sku, productId, title, options, price, active, version, changedAt }) => ({
      sku,
      product_id: productId,
      title,
      price: price.amount,
      currency: price.currency,
      active: active ? 1 : 0,
      version,
      changed_at: changedAt,
      options: options && JSON.stringify(options),
    }),
    fromRow: ({ sku, product_id, title, options, price, currency, active, version, changed_at }) => ({
      sku,
      productId: product_id,
      title,
      options: options === null ? null : JSON.parse(options),
      price: { amount: price, currency },
      active: active === 1,
      version,
      changedAt: changed_at,
    }),
  };
}

export function catalogueProducts(
  dialect: Dialect,
  table: 'catalogue_products' | 'catalogue_products_fresh',
): SqlCollection<CatalogueProduct> {
  return rowCollection<CatalogueProduct, CatalogueProductsTable>(dialect, {
    table,
    columns: ['id', 'version', 'skus'],
    keyColumn: 'id',
    keyOf: (product) => product.id,
    toRow: ({ id, version, skus }) => ({ id, version, skus: JSON.stringify(skus) }),
    fromRow: ({ id, version, skus }) => ({ id, version, skus: JSON.parse(skus) }),
  });
}

export const REBUILD_COLUMNS = [
  'id',
  'run',
  'status',
  'started_at',
  'updated_at',
  'messages',
  'total',
  'skipped',
  'failure',
] as const satisfies (keyof CatalogueRebuildsTable)[];

export function catalogueRebuilds(dialect: Dialect): SqlCollection<CatalogueRebuild> {
  return rowCollection<CatalogueRebuild, CatalogueRebuildsTable>(dialect, {
    table: 'catalogue_rebuilds',
    columns: REBUILD_COLUMNS,
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ startedAt, updatedAt, ...rest }) => ({ ...rest, started_at: startedAt, updated_at: updatedAt }),
    fromRow: rebuildFromRow,
  });
}

export function rebuildFromRow({ started_at, updated_at, ...row }: CatalogueRebuildsTable): CatalogueRebuild {
  const status = row.status as CatalogueRebuild['status'];
  return { ...row, id: REBUILD_ID, status, startedAt: started_at, updatedAt: updated_at };
}

const PAIRS = [
  ['catalogue', 'catalogue_fresh'],
  ['catalogue_products', 'catalogue_products_fresh'],
] as const;

/** Rows removed in one transaction. */
const ROUND = 1000;

/** `exchanged` is called when the copies were exchanged, or may have been. */
export function freshCatalogue({ dialect, transact, advisoryLock }: SqlDatabase<OrderSchema>, exchanged: () => void): FreshCatalogue {
  const lastRun = { sql: `select run from catalogue_rebuilds where id = ?${dialect.rowLock}`, parameters: [REBUILD_ID] };

  /** Removes rows only while `run` is the newest rebuild: a newer one may be filling these tables already. */
  function* removeSome(run: string, table: string, key: string): TransactionScript<number> {
    const some = { sql: `select ${key} from ${table} limit ${ROUND}`, parameters: [] };
    const [[last] = [], rows = []]: readonly (readonly Row[])[] = yield [lastRun, some];
    if (last?.run !== run) throw new Error('another rebuild has begun');
    return { writes: [dialect.remove(table, [key], rows.map((row) => [row[key]]))], result: rows.length };
  }

  async function emptied(run: string, table: string, key: string, signal: AbortSignal): Promise<void> {
    let removed: number;
    do {
      signal.throwIfAborted();
      removed = await transact(() => removeSome(run, table, key));
    } while (removed === ROUND);
  }

  return {
    async lock() {
      const held = await advisoryLock('catalogue');
      return held && { exchange: () => held.exchange(PAIRS).finally(exchanged), release: held.release };
    },
    async empty(run, signal) {
      await emptied(run, 'catalogue_fresh', 'sku', signal);
      await emptied(run, 'catalogue_products_fresh', 'id', signal);
    },
  };
}
