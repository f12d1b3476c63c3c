import type { AllocationReason, AllocationResult, ReasonedAllocation } from './allocate.ts';
import type { Network, Warehouse } from './warehouse.ts';

const BECAUSE: Readonly<Record<AllocationReason, string>> = {
  whole_order: 'it has the whole order, which is then one parcel, and of those that have it the best priority',
  whole_line: 'no warehouse has the whole order, and of those that have most of its lines in full it has the best priority',
  part_of_line: 'no warehouse has all of it, so it is put together from as few as possible',
};

/** Explains to people why each warehouse was chosen, or what is missing: one sentence per warehouse or shortage. */
export function explainAllocation(result: AllocationResult, { warehouses }: Network): string {
  if (result.kind === 'short') {
    const missing = result.shortages.map(({ sku, requested, available }) => {
      return `Of ${sku} ${requested} are asked for, and active warehouses have ${available} that no order holds.`;
    });
    return [...missing, 'An order gets all its lines or none.'].join(' ');
  }
  return [...Map.groupBy(result.allocations, ({ warehouseId }) => warehouseId)]
    .map(([id, served]) => sentence(warehouses.find((one) => one.id === id), served))
    .join(' ');
}

function sentence(warehouse: Warehouse | undefined, served: readonly ReasonedAllocation[]): string {
  const parts = [...Map.groupBy(served, ({ reason }) => reason)].map(([reason, lines]) => {
    return `${lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}, because ${BECAUSE[reason]}`;
  });
  return `${warehouse?.name} (priority ${warehouse?.priority}) sends ${parts.join('; and ')}.`;
}
