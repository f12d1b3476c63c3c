import { temporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import type { ListIndexes } from '../src/storage/bounded-list.ts';
import { mongoProductLists } from '../src/storage/mongodb/mongo-product-lists.ts';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import type { ProductSchema } from '../src/storage/sql/product-rows.ts';
import type { ProductStore } from '../src/storage/product-store.ts';
import { sqlProductLists } from '../src/storage/sql/sql-product-lists.ts';

/** An empty database with its schema up to date; closing it removes it. */
export interface ProductDatabase {
  readonly store: ProductStore;
  /** Other connections to the same data; their opener closes them. */
  another(): ProductStore;
  /** The queries that its lists are made of, on a connection that is closed after `use`. */
  withIndexes(use: (indexes: ListIndexes) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function sqliteDatabase(): Promise<ProductDatabase> {
  const opened = await temporaryStore(openSqliteProductStore);
  return {
    ...opened,
    another: () => openSqliteProductStore({ path: opened.path, synchronous: 'NORMAL' }),
    async withIndexes(use) {
      const { reader, dialect, close } = openSqlite<ProductSchema>({ path: opened.path });
      try {
        await use(sqlProductLists(reader, dialect));
      } finally {
        await close();
      }
    },
  };
}

/** Time limit for making one on a server, with all its indexes and on a busy machine. */
export const MAKING_MS = 20_000;

export async function mongoDatabase(): Promise<ProductDatabase> {
  const opened = await temporaryMongoStore(openMongoProductStore);
  return {
    ...opened,
    another: () => openMongoProductStore({ url: opened.url }),
    async withIndexes(use) {
      const { db, close } = openMongo({ url: opened.url });
      try {
        await use(mongoProductLists(db.collection('products')));
      } finally {
        await close();
      }
    },
  };
}
