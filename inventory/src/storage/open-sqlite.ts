import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import type { InventorySchema } from './inventory-schema.ts';
import type { InventoryStore } from './inventory-store.ts';
import { sqlInventoryStore } from './sql-inventory-store.ts';

export function openSqliteInventoryStore(options: SqliteOptions): InventoryStore {
  return sqlInventoryStore(openSqlite<InventorySchema>(options));
}
