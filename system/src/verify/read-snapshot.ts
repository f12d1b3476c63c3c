import { SERVICES } from '@souk/contracts/services';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { readSimulatorLedger } from '@souk/payment/gateway/simulator-ledger';
import type { ShopRecords } from './shop-records.ts';
import type { ChargeFact, Snapshot } from './snapshot.ts';
import { orderFacts, paymentFacts, stockFacts } from './sql-facts.ts';

/** Reads a stopped or resting shop. */
export async function readSnapshot(records: ShopRecords): Promise<Snapshot> {
  const facts = await readDatabases(records);
  // After the events: all that are marked as sent by then are in the log by now.
  const messages = await records.logged(TOPIC_NAMES);
  return { ...facts, logged: new Set(messages.flatMap(({ headers }) => headers.ce_id ?? [])) };
}

/** All but the contents of the log, which take longest to read. */
export async function readDatabases(records: ShopRecords): Promise<Omit<Snapshot, 'logged'>> {
  const [orders, stock, payments, services] = await Promise.all([
    records.sql('order', orderFacts),
    records.sql('inventory', stockFacts),
    records.sql('payment', paymentFacts),
    Promise.all(SERVICES.map((service) => records.messaging(service))),
  ]);
  return {
    ...orders,
    ...stock,
    ...payments,
    charges: chargesIn(records.gateway),
    services,
    unhandled: await records.unhandled(),
  };
}

function chargesIn(gateway: string): ChargeFact[] {
  const { charges, refunds } = readSimulatorLedger(gateway);
  const refunded = new Map<string, number>();
  for (const { chargeReference, amount } of refunds) {
    refunded.set(chargeReference, (refunded.get(chargeReference) ?? 0) + amount);
  }
  return charges.map(({ key, reference, amount, declined, settlesAt }) => ({
    key,
    amount,
    taken: declined === null && settlesAt <= Date.now(),
    refunded: refunded.get(reference) ?? 0,
  }));
}
