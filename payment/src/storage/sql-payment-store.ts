import { forgetRows } from '@souk/chassis/stores/sql/forget-rows';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { paymentCollections } from './payment-collections.ts';
import { paymentMigrations } from './payment-migrations.ts';
import type { PaymentSchema } from './payment-schema.ts';
import type { PaymentCollections, PaymentStore } from './payment-store.ts';
import { sqlPaymentReads } from './sql-payment-reads.ts';

/** Payment's store on any SQL database that the chassis has an adapter for. Call `migrate()` before anything else. */
export function sqlPaymentStore(database: SqlDatabase<PaymentSchema>): PaymentStore {
  const { dialect, reader } = database;
  const collections = paymentCollections(dialect);
  const store = sqlServiceStore<PaymentCollections, PaymentSchema>(database, collections, paymentMigrations(dialect));
  return {
    ...store,
    reads: sqlPaymentReads(reader, dialect),
    forgetWebhooks(before, limit) {
      const old = reader.selectFrom('webhook_events').select('id').where('received_at', '<', before).limit(limit);
      return forgetRows(database, 'webhook_events', 'id', old.compile());
    },
  };
}
