import { type MysqlOptions, openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { OrderSchema } from './order-schema.ts';
import type { OrderStore } from './order-store.ts';
import { sqlOrderStore } from './sql-order-store.ts';

export function openMysqlOrderStore(options: MysqlOptions): OrderStore {
  return sqlOrderStore(openMysql<OrderSchema>(options));
}
