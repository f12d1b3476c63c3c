import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { lastPriority, NETWORK_ID, networkOf, WAREHOUSE_LIMIT, type Warehouse, withWarehouse } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';

export type Opened = { readonly kind: 'opened'; readonly warehouse: Warehouse } | { readonly kind: 'too-many' };

interface OpenRequest extends Pick<Warehouse, 'name' | 'active'> {
  /** undefined: after all others */
  readonly priority: number | undefined;
}

/** Adds a warehouse. */
export const openWarehouse: UseCase<InventoryCollections, OpenRequest, Opened> = {
  name: 'open warehouse',
  keys: () => ({ network: [NETWORK_ID] }),
  decide({ name, active, ...asked }, world, { newId }) {
    const network = world.get('network', NETWORK_ID) ?? networkOf([]);
    if (network.warehouses.length >= WAREHOUSE_LIMIT) return { answer: { kind: 'too-many' } };
    const priority = asked.priority ?? lastPriority(network);
    const warehouse: Warehouse = { id: newId(), name, priority, active, version: 1 };
    const puts = { warehouses: [warehouse], network: [withWarehouse(network, warehouse)] };
    return { answer: { kind: 'opened', warehouse }, puts };
  },
};
