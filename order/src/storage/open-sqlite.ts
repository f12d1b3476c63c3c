import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import type { OrderSchema } from './order-schema.ts';
import type { OrderStore } from './order-store.ts';
import { sqlOrderStore } from './sql-order-store.ts';

export function openSqliteOrderStore(options: SqliteOptions): OrderStore {
  return sqlOrderStore(openSqlite<OrderSchema>(options));
}
