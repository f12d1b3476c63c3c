import { SERVICES } from '@souk/contracts/services';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { readSimulatorLedger } from '@souk/payment/gateway/simulator-ledger';
import { orderFacts } from './order-facts.ts';
import type { ShopRecords } from './shop-records.ts';
import type { Snapshot } from './snapshot.ts';
import { paymentFacts, stockFacts } from './sql-facts.ts';

/** Reads a stopped or resting shop. */
export async function readSnapshot(records: ShopRecords): Promise<Snapshot> {
  const facts = await readDatabases(records);
  // After the events: all that are marked as sent by then are in the log by now.
  const messages = await records.logged(TOPIC_NAMES);
  return { ...facts, logged: new Set(messages.flatMap(({ headers }) => headers.ce_id ?? [])) };
}

/** All but the contents of the log, which take longest to read. */
export async function readDatabases(records: ShopRecords): Promise<Omit<Snapshot, 'logged'>> {
  const [catalogue, orders, stock, payments, services] = await Promise.all([
    records.catalogue(),
    records.sql('order', orderFacts),
    records.sql('inventory', stockFacts),
    records.sql('payment', paymentFacts),
    Promise.all(SERVICES.map((service) => records.messaging(service))),
  ]);
  return {
    catalogue,
    ...orders,
    ...stock,
    ...payments,
    ...gatewayFacts(records.gateway),
    services,
    unhandled: await records.unhandled(),
  };
}

function gatewayFacts(gateway: string): Pick<Snapshot, 'charges' | 'givenBack'> {
  const { charges, refunds } = readSimulatorLedger(gateway);
  const refunded = new Map<string, number>();
  for (const { chargeReference, amount } of refunds) {
    refunded.set(chargeReference, (refunded.get(chargeReference) ?? 0) + amount);
  }
  return {
    charges: charges.map(({ key, reference, amount, declined, settlesAt }) => ({
      key,
      amount,
      taken: declined === null && settlesAt <= Date.now(),
      refunded: refunded.get(reference) ?? 0,
    })),
    givenBack: refunds.map(({ key, amount }) => ({ key, amount })),
  };
}
