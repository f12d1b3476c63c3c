import { type MysqlOptions, openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { PaymentSchema } from './payment-schema.ts';
import type { PaymentStore } from './payment-store.ts';
import { sqlPaymentStore } from './sql-payment-store.ts';

export function openMysqlPaymentStore(options: MysqlOptions): PaymentStore {
  return sqlPaymentStore(openMysql<PaymentSchema>(options));
}
