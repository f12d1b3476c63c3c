import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { newerEntry } from '../domain/catalogue.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';

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
