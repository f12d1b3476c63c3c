import { each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { ChargeFact, GivenBack } from './facts.ts';
import type { Rows } from './shop-records.ts';

/** Reads the simulated gateway's own books. `now`: the time by the gateway's clock, in epoch milliseconds. */
export async function gatewayFacts(rows: Rows, facts: FactStore, now: number): Promise<void> {
  const charges = rows<Omit<ChargeFact, 'taken'> & { taken: number }>(
    `select key, amount, declined is null and settles_at <= ${now} as taken,
            (select coalesce(sum(r.amount), 0) from refunds r where r.charge_reference = c.reference) as refunded from charges c`,
  );
  await facts.addAll('charges', each(charges, (charge) => ({ ...charge, taken: charge.taken === 1 })));
  await facts.addAll('givenBack', rows<GivenBack>('select key, amount from refunds'));
}
