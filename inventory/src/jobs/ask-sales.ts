import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { Engine } from '@souk/chassis/engine/engine';
import type { LookUpSkus } from '../product/look-up-skus.ts';
import type { InventoryCollections, InventoryReads } from '../storage/inventory-store.ts';
import { learnSales } from '../usecases/learn-sales.ts';

interface AskSalesDeps {
  readonly reads: Pick<InventoryReads, 'skusOfUnknownSale'>;
  readonly lookUpSkus: LookUpSkus;
  readonly submit: Engine<InventoryCollections>['submit'];
}

/** SKUs per request to Product: as many as one page of its list has. */
const AT_ONCE = 100;

/**
 * Fills in the sale status of SKUs that an earlier version of ours stored. Asks anonymously, so that Product shows only
 * what is on sale. Once all are known, a round is one index lookup.
 */
export function askSales({ reads, lookUpSkus, submit }: AskSalesDeps): Job {
  async function askSome(limit: number): Promise<number> {
    const skus = await reads.skusOfUnknownSale(limit);
    if (skus.length > 0) await submit(learnSales, { skus, told: await lookUpSkus(skus, null) });
    return skus.length;
  }
  return { name: 'ask Product what is on sale', everyMs: 10_000, run: (signal) => forgetInRounds(askSome, signal, AT_ONCE) };
}
