import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import type { Row, TransactionScript } from '@souk/chassis/stores/sql/statement';
import { REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { OrderSchema } from './order-schema.ts';

/** Where the catalogue copy is made anew while the one in use goes on. */
export interface FreshCatalogue {
  /** Leave to rebuild, for one process at a time; undefined: another one has it. Throws StorageError. */
  lock(): Promise<LockedCatalogue | undefined>;
  /** Removes what an earlier rebuild has left, for as long as `run` is the last that has begun. Throws StorageError, or the signal's reason. */
  empty(run: string, signal: AbortSignal): Promise<void>;
}

export interface LockedCatalogue {
  /** The fresh copy and the one in use change places, between two decisions. Throws StorageError; `retry`: it has not happened. */
  exchange(): Promise<void>;
  release(): Promise<void>;
}

const PAIRS = [
  ['catalogue', 'catalogue_fresh'],
  ['catalogue_products', 'catalogue_products_fresh'],
] as const;

/** Rows in one transaction. */
const ROUND = 1000;

/** `exchanged`: the copy in use is another one, or may be. */
export function freshCatalogue({ dialect, transact, advisoryLock }: SqlDatabase<OrderSchema>, exchanged: () => void): FreshCatalogue {
  const lastRun = { sql: `select run from catalogue_rebuilds where id = ?${dialect.rowLock}`, parameters: [REBUILD_ID] };

  /** Whoever has begun since may be filling these tables already. */
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
