import type { Decision, UseCase, World } from '@souk/chassis/engine/writer/use-case';
import { copyProduct as decideCopy, leftSkus, type ProductState } from '../domain/catalogue.ts';
import { REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { freshCopy, freshEntryKeys } from './fill-fresh-catalogue.ts';

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

function isRebuilding(world: World<OrderCollections>): boolean {
  return world.get('catalogueRebuilds', REBUILD_ID)?.status === 'reading';
}

function copyInUse(
  state: ProductState,
  world: World<OrderCollections>,
): Pick<Decision<OrderCollections, unknown>, 'puts' | 'removes'> {
  const change = decideCopy(world.get('catalogueProducts', state.id), state, (sku) => world.get('catalogue', sku));
  if (change === undefined) return {};
  const { product, entries, gone } = change;
  return { puts: { catalogueProducts: [product], catalogue: entries, offers: entries }, removes: { catalogue: gone, offers: gone } };
}
