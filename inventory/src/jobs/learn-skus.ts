import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { Engine } from '@souk/chassis/engine/engine';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { type CatalogueEntry, type LookUpSkus, newerEntry } from '../domain/catalogue.ts';
import type { InventoryCollections, InventoryReads } from '../storage/inventory-store.ts';

type ProductTopic = 'product.created' | 'product.updated' | 'product.price_changed' | 'product.archived';

/**
 * Records a product's SKUs, and whether they are on sale. An archived product's SKUs stay known, because its pieces still
 * come back and are counted.
 */
export const learnSkus: UseCase<InventoryCollections, EventEnvelope<ProductTopic>, void> = {
  name: 'learn SKUs',
  keys: ({ data }) => ({ catalogue: data.product.variants.map(({ sku }) => sku) }),
  decide({ data: { productId, version, product } }, world) {
    const onSale = product.status === 'active';
    const catalogue = product.variants.flatMap(({ sku }) => {
      return newerEntry(world.get('catalogue', sku), { sku, productId, version, onSale }) ?? [];
    });
    return { answer: undefined, puts: { catalogue } };
  },
};

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

interface AskedProduct {
  readonly skus: readonly string[];
  /** Entries of those that are on sale. */
  readonly told: readonly CatalogueEntry[];
}

/** Records whether SKUs are on sale where this is unknown. What an event has said meanwhile is left alone. */
const learnSales: UseCase<InventoryCollections, AskedProduct, void> = {
  name: 'learn sales',
  keys: ({ skus }) => ({ catalogue: skus }),
  decide({ skus, told }, world) {
    const onSale = new Map(told.map((entry) => [entry.sku, entry]));
    const catalogue = skus.flatMap((sku) => {
      const known = world.get('catalogue', sku);
      if (known?.onSale !== null) return [];
      const entry = onSale.get(sku);
      // Every answer settles it, even one of a Product restored from a backup; otherwise the job would ask for ever.
      return (entry && newerEntry(known, entry)) ?? { ...known, onSale: entry !== undefined };
    });
    return { answer: undefined, puts: { catalogue } };
  },
};
