import { fieldsRefused } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { AllocationPreview, PreviewAllocation } from '@souk/contracts/http/inventory';
import { allocate, type AllocationResult } from '../domain/allocate.ts';
import { explainAllocation } from '../domain/explain-allocation.ts';
import type { InventoryReads } from '../storage/inventory-store.ts';

/** Route for staff: preview of an allocation. */
export function allocationRoutes(reads: InventoryReads) {
  return router().post(
    '/allocations/preview',
    async ({ body: { items } }) => {
      refuseTwice(items);
      const [stock, network] = await Promise.all([reads.levelsOf(items.map(({ sku }) => sku)), reads.network()]);
      const levels = new Map(stock.map((one) => [one.sku, one]));
      const result = allocate(items, network, (sku) => levels.get(sku));
      return { ...shown(result), explanation: explainAllocation(result, network) };
    },
    {
      role: 'staff',
      body: PreviewAllocation,
      response: { 200: AllocationPreview },
      detail: { summary: 'Which warehouses would serve an order now, and why; nothing is held' },
    },
  );
}

function refuseTwice(items: PreviewAllocation['items']): void {
  const first = new Set<string>();
  const errors = items.flatMap(({ sku }, index) => {
    if (first.size < first.add(sku).size) return [];
    return { pointer: `/items/${index}/sku`, detail: `names ${sku}, which stands in another line already` };
  });
  if (errors.length > 0) throw fieldsRefused('validation', errors, 'say each SKU once, with all of its pieces');
}

function shown(result: AllocationResult): Omit<AllocationPreview, 'explanation'> {
  return result.kind === 'short'
    ? { feasible: false, allocations: [], shortages: [...result.shortages] }
    : { feasible: true, allocations: [...result.allocations], shortages: [] };
}
