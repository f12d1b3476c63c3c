import type { UseCase } from '@souk/chassis/writer/use-case';
import { NETWORK_ID, networkOf, WAREHOUSE_LIMIT, type Warehouse, withWarehouse } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';

export type Opened = { readonly kind: 'opened'; readonly warehouse: Warehouse } | { readonly kind: 'too-many' };

/** There is one more warehouse. */
export const openWarehouse: UseCase<InventoryCollections, Pick<Warehouse, 'name' | 'priority' | 'active'>, Opened> = {
  name: 'open warehouse',
  keys: () => ({ network: [NETWORK_ID] }),
  decide({ name, priority, active }, world, { newId }) {
    const network = world.get('network', NETWORK_ID) ?? networkOf([]);
    if (network.warehouses.length >= WAREHOUSE_LIMIT) return { answer: { kind: 'too-many' } };
    const warehouse: Warehouse = { id: newId(), name, priority, active, version: 1 };
    const puts = { warehouses: [warehouse], network: [withWarehouse(network, warehouse)] };
    return { answer: { kind: 'opened', warehouse }, puts };
  },
};
