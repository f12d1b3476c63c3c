import type { MovementKind } from '@souk/contracts/saga';

/** One line of the ledger: it is written once and never changed. */
export interface Movement {
  /** Time-ordered by the clock of the process that made it: lists use this order, which only approximates the true one. */
  readonly id: string;
  readonly sku: string;
  readonly warehouseId: string;
  /** Its number among the movements of this SKU in this warehouse: 1..n without gaps, in the order in which they happened. */
  readonly number: number;
  readonly kind: MovementKind;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly onHandAfter: number;
  readonly reservedAfter: number;
  readonly reason: string | null;
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
