import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import type { PaymentSchema } from './payment-schema.ts';
import type { PaymentStore } from './payment-store.ts';
import { sqlPaymentStore } from './sql-payment-store.ts';

export function openSqlitePaymentStore(options: SqliteOptions): PaymentStore {
  return sqlPaymentStore(openSqlite<PaymentSchema>(options));
}
