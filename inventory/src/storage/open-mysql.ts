import { type MysqlOptions, openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { InventorySchema } from './inventory-schema.ts';
import type { InventoryStore } from './inventory-store.ts';
import { sqlInventoryStore } from './sql-inventory-store.ts';

export function openMysqlInventoryStore(options: MysqlOptions): InventoryStore {
  return sqlInventoryStore(openMysql<InventorySchema>(options));
}
