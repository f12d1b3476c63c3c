import type { Row, SqlDatabase, TransactionScript } from '@souk/chassis/stores/sql/sql-database';
import { REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { OrderSchema } from './order-schema.ts';

/** The tables in which the catalogue copy is rebuilt while the one in use stays available. */
export interface FreshCatalogue {
  /** Takes the lock for a rebuild, which one process at a time can hold; undefined: another one has it. Throws StorageError. */
  lock(): Promise<LockedCatalogue | undefined>;
  /** Removes the rows of an earlier rebuild, as long as `run` is the newest one. Throws StorageError, or the signal's reason. */
  empty(run: string, signal: AbortSignal): Promise<void>;
}

export interface LockedCatalogue {
  /** Exchanges the fresh copy and the one in use, between two decisions. Throws StorageError; with `retry` nothing was exchanged. */
  exchange(): Promise<void>;
  release(): Promise<void>;
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
