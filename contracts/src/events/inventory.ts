import { Type } from '@sinclair/typebox';
import { Sku, Uuid } from '../ids.ts';
import { Allocation, Shortage } from '../saga-lines.ts';
import { open } from '../schema.ts';

const Allocations = Type.Array(open(Allocation), { minItems: 1 });

export const InventoryReserved = Type.Object({ orderId: Uuid, allocations: Allocations });

export const InventoryFailed = Type.Object({
  orderId: Uuid,
  shortages: Type.Array(open(Shortage), { minItems: 1 }),
});

/** `restocked`: the goods had already left the stock (a committed reservation) and came back. */
export const InventoryReleased = Type.Object({ orderId: Uuid, allocations: Allocations, restocked: Type.Boolean() });

/** Sent once when the units available over all active warehouses fall below the threshold, and again only after they have reached it. */
export const InventoryLow = Type.Object({
  sku: Sku,
  available: Type.Integer({ minimum: 0 }),
  threshold: Type.Integer({ minimum: 0 }),
});
