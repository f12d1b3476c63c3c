import { type Static, Type } from '@sinclair/typebox';
import { noCardNumbers } from '../card-number.ts';
import { Page, PagedQuery } from '../paging.ts';
import { Allocation, MovementKind, OrderItem, ReservationStatus, Shortage } from '../saga.ts';
import { closed, impersonal, nullable, oneOf } from '../schema.ts';
import { KeptName, Name, Reason, Sku, UtcTime, Uuid } from '../strings.ts';

export const LAST_PRIORITY = 1000;

const StockReason = noCardNumbers(impersonal(Reason));

/** 1 is served first. */
const Priority = Type.Integer({ minimum: 1, maximum: LAST_PRIORITY });

export const Warehouse = closed({ id: Uuid, name: impersonal(KeptName), priority: Priority, active: Type.Boolean() });
export type Warehouse = Static<typeof Warehouse>;

export const WarehousePage = Page(Warehouse);

/** A new warehouse is active, and served after all others, unless it says otherwise. */
export const CreateWarehouse = closed({
  name: impersonal(Name),
  priority: Type.Optional(Type.Integer({ minimum: 1, maximum: LAST_PRIORITY, description: '1 is served first; without one, after all others' })),
  active: Type.Optional(Type.Boolean()),
});
export type CreateWarehouse = Static<typeof CreateWarehouse>;

export const PatchWarehouse = closed({
  name: Type.Optional(impersonal(Name)),
  priority: Type.Optional(Priority),
  active: Type.Optional(Type.Boolean()),
});
export type PatchWarehouse = Static<typeof PatchWarehouse>;

/** Goods that arrived; the answer is the movement. */
export const ReceiveStock = closed({
  warehouseId: Uuid,
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  reason: Type.Optional(StockReason),
});
export type ReceiveStock = Static<typeof ReceiveStock>;

/** A correction after a count or a breakage: so many pieces more, or fewer. Not zero; JSON Schema could only say so clumsily. */
export const AdjustStock = closed({
  warehouseId: Uuid,
  quantity: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }),
  reason: StockReason,
});
export type AdjustStock = Static<typeof AdjustStock>;

/** A transfer between two different warehouses. */
export const TransferStock = closed({
  fromWarehouseId: Uuid,
  toWarehouseId: Uuid,
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  reason: Type.Optional(StockReason),
});
export type TransferStock = Static<typeof TransferStock>;

const Count = Type.Integer({ minimum: 0 });

export const StockLevel = closed({
  sku: Sku,
  available: Count,
  warehouses: Type.Array(closed({ warehouseId: Uuid, onHand: Count, reserved: Count, available: Count })),
});
export type StockLevel = Static<typeof StockLevel>;

export const StockPage = Page(StockLevel);

/** One line of the ledger. `actor`: the user who did it; null when an order's event did. */
export const Movement = closed({
  id: Uuid,
  sku: Sku,
  warehouseId: Uuid,
  kind: MovementKind,
  onHandDelta: Type.Integer(),
  reservedDelta: Type.Integer(),
  onHandAfter: Count,
  reservedAfter: Count,
  reason: nullable(impersonal(Type.String())),
  actor: nullable(Uuid),
  orderId: nullable(Uuid),
  eventId: nullable(Uuid),
  at: UtcTime,
});
export type Movement = Static<typeof Movement>;

export const MovementPage = Page(Movement);

/** The two movements: out of one warehouse and into the other. */
export const Transfer = closed({ movements: Type.Array(Movement, { minItems: 2, maxItems: 2 }) });
export type Transfer = Static<typeof Transfer>;

export const MovementQuery = PagedQuery({
  sku: Type.Optional(Sku),
  warehouseId: Type.Optional(Uuid),
  orderId: Type.Optional(Uuid),
});
export type MovementQuery = Static<typeof MovementQuery>;

export const Reservation = closed({ orderId: Uuid, status: ReservationStatus, lines: Type.Array(Allocation) });
export type Reservation = Static<typeof Reservation>;

/** A SKU may occur only once; JSON Schema cannot say so, so the service checks it. */
export const PreviewAllocation = closed({ items: Type.Array(OrderItem, { minItems: 1, maxItems: 100 }) });
export type PreviewAllocation = Static<typeof PreviewAllocation>;

/**
 * Stock that an order of these items would get now; nothing is held. Either `allocations` or `shortages` is empty. `explanation`: for people, a
 * sentence for each warehouse, or for each shortage.
 */
export const AllocationPreview = closed({
  feasible: Type.Boolean(),
  allocations: Type.Array(closed({ ...Allocation.properties, reason: oneOf('whole_order', 'whole_line', 'part_of_line') })),
  shortages: Type.Array(Shortage),
  explanation: impersonal(Type.String()),
});
export type AllocationPreview = Static<typeof AllocationPreview>;
