import { askedTogether } from '@souk/chassis/web/limits/asked-together';
import type { Decision, Keys, UseCase, World } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { type CatalogueLookup, CatalogueUnavailableError, copyProduct as decideCopy, leftSkus, productState, type ProductState, type ProductTopic, REBUILD_ID } from '../domain/catalogue.ts';
import type { OrderCollections, OrderReads } from '../storage/order-store.ts';

/**
 * Copies a product's state into the catalogue copy, unless the copy is newer. During a rebuild it goes into the fresh copy as well, so that this one
 * lacks nothing when the two are exchanged.
 */
export const copyProduct: UseCase<OrderCollections, ProductState, void> = {
  name: 'copy product',
  keys: ({ id, variants }) => ({
    catalogueRebuilds: [REBUILD_ID],
    catalogueProducts: [id],
    catalogue: variants.map(({ sku }) => sku),
    offers: variants.map(({ sku }) => sku),
    freshProducts: [id],
  }),
  moreKeys(state, world) {
    const left = leftSkus(world.get('catalogueProducts', state.id), state);
    return { catalogue: left, offers: left, ...(isRebuilding(world) && freshEntryKeys(state, world)) };
  },
  decide(state, world) {
    const inUse = copyInUse(state, world);
    const fresh = isRebuilding(world) ? freshCopy(state, world) : {};
    return {
      answer: undefined,
      puts: { ...inUse.puts, ...fresh.puts },
      removes: { ...inUse.removes, ...fresh.removes },
    };
  },
};

/** The same for a product event; every one carries the whole product. */
export const copyToldProduct: UseCase<OrderCollections, EventEnvelope<ProductTopic>, void> = {
  name: copyProduct.name,
  keys: ({ data }) => copyProduct.keys(productState(data.product)),
  moreKeys: ({ data }, world) => copyProduct.moreKeys?.(productState(data.product), world) ?? {},
  decide: ({ data }, world, context) => copyProduct.decide(productState(data.product), world, context),
};

export interface FreshProduct {
  readonly run: string;
  readonly product: ProductState;
}

/** Copies a product that was read from a topic into the fresh copy; false when this rebuild is no longer the current one. */
export const fillFreshCatalogue: UseCase<OrderCollections, FreshProduct, boolean> = {
  name: 'fill fresh catalogue',
  keys: ({ product }) => ({ catalogueRebuilds: [REBUILD_ID], freshProducts: [product.id] }),
  moreKeys: ({ product }, world) => freshEntryKeys(product, world),
  decide({ run, product }, world) {
    const rebuild = world.get('catalogueRebuilds', REBUILD_ID);
    if (rebuild?.run !== run || rebuild.status !== 'reading') return { answer: false };
    return { answer: true, ...freshCopy(product, world) };
  },
};

function isRebuilding(world: World<OrderCollections>): boolean {
  return world.get('catalogueRebuilds', REBUILD_ID)?.status === 'reading';
}

type CopyChanges = Pick<Decision<OrderCollections, unknown>, 'puts' | 'removes'>;

function copyInUse(state: ProductState, world: World<OrderCollections>): CopyChanges {
  const change = decideCopy(world.get('catalogueProducts', state.id), state, (sku) => world.get('catalogue', sku));
  if (change === undefined) return {};
  const { product, entries, gone } = change;
  return { puts: { catalogueProducts: [product], catalogue: entries, offers: entries }, removes: { catalogue: gone, offers: gone } };
}

function freshEntryKeys(product: ProductState, world: World<OrderCollections>): Keys<OrderCollections> {
  const left = leftSkus(world.get('freshProducts', product.id), product);
  return { freshCatalogue: [...product.variants.map(({ sku }) => sku), ...left] };
}

/** Changes to the fresh copy, by the same rule as for the copy in use. */
function freshCopy(state: ProductState, world: World<OrderCollections>): CopyChanges {
  const change = decideCopy(world.get('freshProducts', state.id), state, (sku) => world.get('freshCatalogue', sku));
  if (change === undefined) return {};
  const { product, entries, gone } = change;
  return { puts: { freshProducts: [product], freshCatalogue: entries }, removes: { freshCatalogue: gone } };
}

interface LearnSkusDeps {
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
    busy: () => new CatalogueUnavailableError({ cause: new Error('too many SKUs are waiting to be looked up') }),
  });

  return async (skus: readonly string[]): Promise<void> => {
    const unsure = skus.filter((sku) => !known.has(sku));
    if (unsure.length === 0) return;
    remember(await reads.knownSkus(unsure));
    const missing = unsure.filter((sku) => !known.has(sku));
    await Promise.all(missing.map(askProduct));
  };
}
