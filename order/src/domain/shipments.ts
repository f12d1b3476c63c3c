import type { Allocation } from '@souk/contracts/saga';
import type { Shipment } from './order.ts';

/** One shipment for each warehouse that Inventory allocated stock from, in the order of the allocations. */
export function openShipments(allocations: readonly Allocation[], newId: () => string): readonly Shipment[] {
  const byWarehouse = Map.groupBy(allocations, (allocation) => allocation.warehouseId);
  return [...byWarehouse].map(([warehouseId, served]) => ({
    id: newId(),
    warehouseId,
    status: 'pending',
    items: served.map(({ sku, quantity }) => ({ sku, quantity })),
    carrier: null,
    trackingNumber: null,
  }));
}
