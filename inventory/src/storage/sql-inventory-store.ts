import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { inventoryCollections } from './inventory-rows.ts';
import { inventoryMigrations } from './inventory-migrations.ts';
import type { InventorySchema } from './inventory-schema.ts';
import type { InventoryCollections, InventoryStore } from './inventory-store.ts';
import { sqlInventoryReads } from './sql-inventory-reads.ts';

/** Inventory's store on any SQL database that the chassis has an adapter for. */
export function sqlInventoryStore(database: SqlDatabase<InventorySchema>): InventoryStore {
  const { dialect, reader } = database;
  const store = sqlServiceStore<InventoryCollections, InventorySchema>(
    database,
    inventoryCollections(dialect, reader),
    inventoryMigrations(dialect),
  );
  return { ...store, reads: sqlInventoryReads(database) };
}
