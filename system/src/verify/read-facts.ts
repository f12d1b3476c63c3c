import { SERVICES } from '@souk/contracts/services';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import type { FactStore } from './fact-store.ts';
import { gatewayFacts } from './gateway-facts.ts';
import { orderFacts } from './order-facts.ts';
import { paymentFacts } from './payment-facts.ts';
import { personalLogged } from './personal-logged.ts';
import type { ShopRecords } from './shop-records.ts';
import { readingSqlite } from './sqlite-rows.ts';
import { stockFacts } from './stock-facts.ts';

/** Reads a stopped or idle shop, a batch at a time: a million orders need no more memory than a hundred. */
export async function readFacts(records: ShopRecords, facts: FactStore): Promise<void> {
  await readDatabases(records, facts);
  // Read after the events: all of them that were marked as sent are in the log by now.
  await readLog(records, facts);
  facts.index();
}

/** Reads everything but the contents of the log, which take longest. */
export async function readDatabases(records: ShopRecords, facts: FactStore): Promise<void> {
  await records.catalogue(facts);
  await records.sql('order', (rows) => orderFacts(rows, facts));
  await records.sql('inventory', (rows) => stockFacts(rows, facts));
  await records.sql('payment', (rows) => paymentFacts(rows, facts));
  const now = await records.now();
  await readingSqlite(records.gateway, (rows) => gatewayFacts(rows, facts, now));
  for (const service of SERVICES) await records.messaging(service, facts);
  facts.add('unhandled', [{ messages: await records.unhandled() }]);
}

export function readLog(records: ShopRecords, facts: FactStore): Promise<void> {
  return records.logged(TOPIC_NAMES, (messages) => {
    facts.add('logged', messages.flatMap(({ headers }) => (headers.ce_id ? [{ id: headers.ce_id }] : [])));
    facts.add('personalLogged', messages.flatMap(personalLogged));
  });
}
