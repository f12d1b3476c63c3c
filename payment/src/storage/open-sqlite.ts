import { sqlServiceStore } from '@souk/chassis/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/sql/sqlite-database';
import { paymentMigrations } from './payment-migrations.ts';
import type { PaymentSchema } from './payment-schema.ts';
import type { PaymentCollections, PaymentStore } from './payment-store.ts';
import { paymentTables } from './payment-tables.ts';
import { sqlPaymentReads } from './sql-payment-reads.ts';

/** The service's database in one SQLite file. Call `migrate()` before anything else. */
export function openSqlitePaymentStore(options: SqliteOptions): PaymentStore {
  const database = openSqlite<PaymentSchema>(options);
  const { flavour, reader } = database;
  const tables = paymentTables(flavour);
  const store = sqlServiceStore<PaymentCollections, PaymentSchema>(database, tables, paymentMigrations(flavour));
  return { ...store, reads: sqlPaymentReads(reader, flavour) };
}
