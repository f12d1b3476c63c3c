import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import type { Row, TransactionScript } from '@souk/chassis/sql/statement';
import type { OrderSchema } from './order-schema.ts';

/** Where the catalogue copy is made anew while the one in use goes on. */
export interface FreshCatalogue {
  /** Leave to rebuild, for one process at a time; undefined: another one has it. Throws StorageError. */
  hold(): Promise<HeldCatalogue | undefined>;
  /** Removes what an earlier rebuild has left. Throws StorageError, or the signal's reason. */
  empty(signal: AbortSignal): Promise<void>;
}

export interface HeldCatalogue {
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

export function freshCatalogue({ flavour, transact, hold }: SqlDatabase<OrderSchema>): FreshCatalogue {
  function* removeSome(table: string, key: string): TransactionScript<number> {
    const [rows = []]: readonly (readonly Row[])[] = yield [{ sql: `select ${key} from ${table} limit ${ROUND}`, parameters: [] }];
    return { writes: [flavour.remove(table, [key], rows.map((row) => [row[key]]))], result: rows.length };
  }

  async function emptied(table: string, key: string, signal: AbortSignal): Promise<void> {
    let removed: number;
    do {
      signal.throwIfAborted();
      removed = await transact(() => removeSome(table, key));
    } while (removed === ROUND);
  }

  return {
    async hold() {
      const held = await hold('catalogue');
      return held && { exchange: () => held.exchange(PAIRS), release: held.release };
    },
    async empty(signal) {
      await emptied('catalogue_fresh', 'sku', signal);
      await emptied('catalogue_products_fresh', 'id', signal);
    },
  };
}
