import { temporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import type { ProductStore } from '../src/storage/product-store.ts';

/** An empty database, its schema up to date, that goes when it is closed. */
export interface ProductDatabase {
  readonly store: ProductStore;
  /** Other connections to the same data; their opener closes them. */
  another(): ProductStore;
  close(): Promise<void>;
}

export async function sqliteDatabase(): Promise<ProductDatabase> {
  const opened = await temporaryStore(openSqliteProductStore);
  return { ...opened, another: () => openSqliteProductStore({ path: opened.path, synchronous: 'NORMAL' }) };
}

/** How long making one on a server may take, with all its indexes and on a busy machine. */
export const MAKING_MS = 20_000;

export async function mongoDatabase(): Promise<ProductDatabase> {
  const opened = await temporaryMongoStore(openMongoProductStore);
  return { ...opened, another: () => openMongoProductStore({ url: opened.url }) };
}
