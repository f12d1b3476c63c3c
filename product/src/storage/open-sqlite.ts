import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import type { ProductSchema } from './product-schema.ts';
import type { ProductCollections, ProductStore } from './product-store.ts';
import { productTables } from './product-tables.ts';
import { productMigrations } from './sql-product-migrations.ts';
import { sqlProductReads } from './sql-product-reads.ts';

/** The catalogue in one SQLite file. Call `migrate()` before anything else. */
export function openSqliteProductStore(options: SqliteOptions): ProductStore {
  const database = openSqlite<unknown>(options);
  const { dialect, reader } = database;
  const tables = productTables(dialect);
  const store = sqlServiceStore<ProductCollections, unknown>(database, tables, productMigrations(dialect));
  return { ...store, reads: sqlProductReads(reader.withTables<ProductSchema>(), dialect) };
}
