import type { MovementKind } from '@souk/contracts/saga';
import type { Network } from './warehouse.ts';

/** The stock of one SKU in one warehouse, in pieces: 0 <= reserved <= onHand. */
export interface WarehouseLevel {
  readonly warehouseId: string;
  readonly onHand: number;
  /** The part of `onHand` that open reservations hold. */
  readonly reserved: number;
  /** Number of movements of this SKU here: the number of the last one in the ledger. */
  readonly movements: number;
}

/** The stock of one SKU in all its warehouses; decided on, and locked, as one. */
export interface StockLevels {
  readonly sku: string;
  /** Number of turns from enough to too little or back, see low-stock.ts. */
  readonly lowTurns: number;
  readonly warehouses: readonly WarehouseLevel[];
}

/** Effect of one piece of each kind of movement on a level. */
const EFFECTS: Readonly<Record<MovementKind, { readonly onHand: -1 | 0 | 1; readonly reserved: -1 | 0 | 1 }>> = {
  receipt: { onHand: 1, reserved: 0 },
  adjustment: { onHand: 1, reserved: 0 },
  transfer_out: { onHand: -1, reserved: 0 },
  transfer_in: { onHand: 1, reserved: 0 },
  reserve: { onHand: 0, reserved: 1 },
  release: { onHand: 0, reserved: -1 },
  sale: { onHand: -1, reserved: -1 },
  restock: { onHand: 1, reserved: 0 },
};

/** Pieces of a SKU that move in one warehouse. */
interface Pieces {
  readonly sku: string;
  readonly warehouseId: string;
  /** Negative only in an adjustment. */
  readonly quantity: number;
  readonly reason: string | null;
}

/** The part of a movement that concerns stock: the change, and the level after it. */
export interface Move {
  readonly kind: MovementKind;
  readonly sku: string;
  readonly warehouseId: string;
  /** Its number among the movements of this SKU in this warehouse: 1..n without gaps, in the order in which they happened. */
  readonly number: number;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly onHandAfter: number;
  readonly reservedAfter: number;
  readonly reason: string | null;
}

export interface Moved {
  /** Every SKU that was changed, in its new state. */
  readonly levels: readonly StockLevels[];
  readonly moves: readonly Move[];
}

/** Throws when a level would leave 0 <= reserved <= onHand: the caller's decision was wrong. */
export function moveStock(
  kind: MovementKind,
  all: readonly Pieces[],
  levelsOf: (sku: string) => StockLevels | undefined,
): Moved {
  const changed = new Map<string, StockLevels>();
  const moves = all.map(({ sku, warehouseId, quantity, reason }): Move => {
    const levels = changed.get(sku) ?? levelsOf(sku) ?? { sku, lowTurns: 0, warehouses: [] };
    const onHandDelta = EFFECTS[kind].onHand * quantity;
    const reservedDelta = EFFECTS[kind].reserved * quantity;
    const after = shifted(levels, warehouseId, onHandDelta, reservedDelta);
    changed.set(sku, withLevel(levels, after));
    const { onHand: onHandAfter, reserved: reservedAfter, movements: number } = after;
    return { kind, sku, warehouseId, number, onHandDelta, reservedDelta, onHandAfter, reservedAfter, reason };
  });
  return { levels: [...changed.values()], moves };
}

function shifted({ sku, warehouses }: StockLevels, warehouseId: string, onHandDelta: number, reservedDelta: number) {
  const before = warehouses.find((level) => level.warehouseId === warehouseId);
  const onHand = (before?.onHand ?? 0) + onHandDelta;
  const reserved = (before?.reserved ?? 0) + reservedDelta;
  if (reserved < 0 || reserved > onHand) {
    throw new Error(`${sku} in ${warehouseId} would have ${onHand} on hand and ${reserved} reserved`);
  }
  return { warehouseId, onHand, reserved, movements: (before?.movements ?? 0) + 1 };
}

/** Keeps the other warehouses' level objects: a store writes only new objects. */
function withLevel(levels: StockLevels, after: WarehouseLevel): StockLevels {
  const { warehouses } = levels;
  const known = warehouses.some((level) => level.warehouseId === after.warehouseId);
  if (!known) return { ...levels, warehouses: [...warehouses, after] };
  return { ...levels, warehouses: warehouses.map((level) => (level.warehouseId === after.warehouseId ? after : level)) };
}

export function freeIn({ onHand, reserved }: WarehouseLevel): number {
  return onHand - reserved;
}

/** Pieces that an order can get there: none from an inactive warehouse. */
export function availableIn(level: WarehouseLevel, { ranks }: Network): number {
  return ranks.has(level.warehouseId) ? freeIn(level) : 0;
}

/** One line of the ledger: it is written once and never changed. */
export interface Movement extends Move {
  /** Time-ordered by the clock of the process that made it: lists use this order, which only approximates the true one. */
  readonly id: string;
  /** The user who did it; null when an order's event did. */
  readonly actor: string | null;
  /**
   * The business action it belongs to: the order, or the receipt. An order's reservation leads to one movement per SKU, warehouse
   * and kind; the reservation's state prevents a second one.
   */
  readonly reference: string;
  /** The message that caused it; null for a person's command. */
  readonly eventId: string | null;
  /** epoch milliseconds */
  readonly at: number;
}

/** The kinds whose reference is an order. */
export const ORDER_KINDS: readonly MovementKind[] = ['reserve', 'release', 'sale', 'restock'];

export function orderOf({ kind, reference }: Movement): string | null {
  return ORDER_KINDS.includes(kind) ? reference : null;
}
