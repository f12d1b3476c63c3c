import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { type CatalogueEntry, newerEntry } from '../domain/catalogue.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';

interface AskedProduct {
  readonly skus: readonly string[];
  /** Entries of those that are on sale. */
  readonly told: readonly CatalogueEntry[];
}

/** Records whether SKUs are on sale where this is unknown. What an event has said meanwhile is left alone. */
export const learnSales: UseCase<InventoryCollections, AskedProduct, void> = {
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
