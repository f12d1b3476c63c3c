import type { Lane } from '@souk/chassis/engine/writer/writer-store';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import type { Product } from '../src/domain/product.ts';
import type { ListIndexes } from '../src/storage/bounded-list.ts';
import { mongoProductLists } from '../src/storage/mongodb/mongo-product-lists.ts';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import { type ProductDocument, productToDocument } from '../src/storage/mongodb/product-documents.ts';
import type { ProductSchema } from '../src/storage/sql/product-rows.ts';
import { sqlProductLists } from '../src/storage/sql/sql-product-lists.ts';

const LEASE_MS = 600_000;

export interface Examined {
  readonly keys: number;
  readonly documents: number;
}

/** A catalogue in a database that stays for the next run. */
export interface Engine {
  readonly name: string;
  readonly indexes: ListIndexes;
  stored(): Promise<number>;
  /** Through the store's own way of putting products, all in one transaction. */
  put(products: readonly Product[]): Promise<void>;
  /** Makes indexes that are not there yet. */
  finish(): Promise<void>;
  /** Counts what the server looks at meanwhile; undefined: it cannot tell. */
  examined(run: () => Promise<unknown>): Promise<Examined | undefined>;
  close(): Promise<void>;
}

export async function sqliteEngine(path: string): Promise<Engine> {
  const store = openSqliteProductStore({ path, synchronous: 'NORMAL' });
  await store.migrate();
  const { reader, dialect, close } = openSqlite<ProductSchema>({ path });
  let lane: Lane | undefined;
  return {
    name: 'SQLite',
    indexes: sqlProductLists(reader, dialect),
    async stored() {
      return (await reader.selectFrom('products').select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirst())?.n ?? 0;
    },
    async put(products) {
      lane ??= await store.writing.takeLane('bench', 'bench', { leftMs: Infinity, leaseMs: LEASE_MS });
      if (lane === undefined) throw new Error('no lane');
      lane = await store.writing.settle(lane, 0, LEASE_MS, {
        keys: { products: products.map(({ id }) => id) },
        moreKeys: () => ({}),
        decide(world) {
          world.apply({ products: [...products] }, undefined);
          return { ...world.changes(), events: [] };
        },
      });
    },
    finish: async () => undefined,
    async examined(run) {
      await run();
      return undefined;
    },
    async close() {
      await close();
      await store.close();
    },
  };
}

export async function mongoEngine(url: string): Promise<Engine> {
  const store = openMongoProductStore({ url });
  const { db, close } = openMongo({ url });
  const products = db.collection<ProductDocument>('products');
  return {
    name: 'MongoDB',
    indexes: mongoProductLists(products),
    stored: () => products.estimatedDocumentCount(),
    async put(some) {
      await products.insertMany(some.map(productToDocument), { ordered: false });
    },
    // An index over all of them is made in a tenth of the time that it takes product by product.
    finish: async () => {
      await store.migrate();
    },
    async examined(run) {
      await db.dropCollection('system.profile');
      await db.command({ profile: 2, filter: { ns: `${db.databaseName}.products` } });
      try {
        await run();
      } finally {
        await db.command({ profile: 0 });
      }
      const found = await db.collection('system.profile').find({}, { projection: { keysExamined: 1, docsExamined: 1 } }).toArray();
      const sum = (name: string) => found.reduce((all, one) => all + Number(one[name] ?? 0), 0);
      return { keys: sum('keysExamined'), documents: sum('docsExamined') };
    },
    async close() {
      await close();
      await store.close();
    },
  };
}
