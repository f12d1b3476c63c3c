import type { Decision, Keys, UseCase, World } from '@souk/chassis/engine/writer/use-case';
import { copyProduct, leftSkus, type ProductState } from '../domain/catalogue.ts';
import { REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { OrderCollections } from '../storage/order-store.ts';

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

export function freshEntryKeys(product: ProductState, world: World<OrderCollections>): Keys<OrderCollections> {
  const left = leftSkus(world.get('freshProducts', product.id), product);
  return { freshCatalogue: [...product.variants.map(({ sku }) => sku), ...left] };
}

/** Changes to the fresh copy, by the same rule as for the copy in use. */
export function freshCopy(
  state: ProductState,
  world: World<OrderCollections>,
): Pick<Decision<OrderCollections, unknown>, 'puts' | 'removes'> {
  const change = copyProduct(world.get('freshProducts', state.id), state, (sku) => world.get('freshCatalogue', sku));
  if (change === undefined) return {};
  const { product, entries, gone } = change;
  return { puts: { freshProducts: [product], freshCatalogue: entries }, removes: { freshCatalogue: gone } };
}
