import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PatchWarehouse } from '@souk/contracts/http/inventory';
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

interface WarehouseChange {
  readonly id: string;
  readonly patch: PatchWarehouse;
  /** Throws when the caller expects another version. */
  requireVersion(version: number): void;
}

type WarehouseChanged =
  { readonly kind: 'changed'; readonly warehouse: Warehouse } | { readonly kind: 'unknown' };

/** Changes the name or priority, or stops or resumes allocations from here. */
export const changeWarehouse: UseCase<InventoryCollections, WarehouseChange, WarehouseChanged> = {
  name: 'change warehouse',
  keys: ({ id }) => ({ network: [NETWORK_ID], warehouses: [id] }),
  decide({ id, patch, requireVersion }, world) {
    const before = world.get('warehouses', id);
    if (before === undefined) return { answer: { kind: 'unknown' } };
    requireVersion(before.version);
    const wanted: Warehouse = { ...before, ...patch };
    if (isSame(before, wanted)) return { answer: { kind: 'changed', warehouse: before } };
    const warehouse: Warehouse = { ...wanted, version: before.version + 1 };
    const network = world.get('network', NETWORK_ID) ?? networkOf([]);
    const puts = { warehouses: [warehouse], network: [withWarehouse(network, warehouse)] };
    return { answer: { kind: 'changed', warehouse }, puts };
  },
};

function isSame(a: Warehouse, b: Warehouse): boolean {
  return a.name === b.name && a.priority === b.priority && a.active === b.active;
}
