import { sqlServiceStore } from '@souk/chassis/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/sql/sqlite-database';
import type { Kysely } from 'kysely';
import { productMigrations, type ProductSchema } from './product-schema.ts';
import type { ProductCollections, ProductStore } from './product-store.ts';
import { productTables } from './product-tables.ts';
import { sqlProductReads } from './sql-product-reads.ts';

/** The catalogue in one SQLite file. Call `migrate()` before anything else. */
export function openSqliteProductStore(options: SqliteOptions): ProductStore {
  const database = openSqlite<ProductSchema>(options);
  const { flavour, reader } = database;
  const tables = productTables(flavour, reader as Kysely<unknown>);
  const store = sqlServiceStore<ProductCollections, ProductSchema>(database, tables, productMigrations(flavour));
  return { ...store, reads: sqlProductReads(reader, flavour) };
}
