import type { UseCase } from '@souk/chassis/writer/use-case';
import { copyProduct as decideCopy, leftSkus, type ProductState } from '../domain/catalogue.ts';
import type { OrderCollections } from '../storage/order-store.ts';

/** Takes a product's state over into the catalogue copy, unless the copy is newer. */
export const copyProduct: UseCase<OrderCollections, ProductState, void> = {
  name: 'copyProduct',
  keys: ({ id, variants }) => ({ catalogueProducts: [id], catalogue: variants.map(({ sku }) => sku) }),
  moreKeys: (state, world) => ({ catalogue: leftSkus(world.get('catalogueProducts', state.id), state) }),
  decide(state, world) {
    const change = decideCopy(world.get('catalogueProducts', state.id), state, (sku) => world.get('catalogue', sku));
    if (change === undefined) return { answer: undefined };
    const { product, entries, gone } = change;
    return {
      answer: undefined,
      puts: { catalogueProducts: [product], catalogue: entries },
      removes: { catalogue: gone },
    };
  },
};
