import { askedTogether } from '@souk/chassis/web/limits/asked-together';
import { type CatalogueLookup, CatalogueUnavailableError } from '../catalogue/catalogue-lookup.ts';
import type { ProductState } from '../domain/catalogue.ts';
import type { OrderReads } from '../storage/order-store.ts';

export interface LearnSkusDeps {
  readonly reads: Pick<OrderReads, 'knownSkus'>;
  readonly lookup: CatalogueLookup;
  /** Copies a product into the catalogue copy. */
  copy(product: ProductState): Promise<void>;
  /** Number of SKUs remembered as known; an order for these costs no query. */
  readonly limit?: number;
}

/**
 * Asks Product, before an order is decided on, for every SKU that this process does not remember and the copy does not have. Events keep a SKU up to
 * date once it was there, so a remembered one is not asked for again, not even when its product has lost it. Throws CatalogueUnavailableError.
 */
export function learnSkus({ reads, lookup, copy, limit = 100_000 }: LearnSkusDeps) {
  const known = new Set<string>();

  function remember(skus: readonly string[]): void {
    for (const sku of skus) {
      known.add(sku);
      const [oldest] = known.size > limit ? known : [];
      if (oldest !== undefined) known.delete(oldest);
    }
  }

  /** Made-up SKUs cause a few calls a second at most, and absent ones are not asked for again for a while. */
  const askProduct = askedTogether<true>({
    async fetch(skus) {
      const products = await lookup.find(skus);
      await Promise.all(products.map(copy));
      const found = products.flatMap(({ variants }) => variants.map(({ sku }) => sku));
      remember(found);
      return new Map(found.map((sku) => [sku, true]));
    },
    busy: () => new CatalogueUnavailableError({ cause: new Error('too many SKUs wait to be asked for') }),
  });

  return async (skus: readonly string[]): Promise<void> => {
    const unsure = skus.filter((sku) => !known.has(sku));
    if (unsure.length === 0) return;
    remember(await reads.knownSkus(unsure));
    const missing = unsure.filter((sku) => !known.has(sku));
    await Promise.all(missing.map(askProduct));
  };
}
