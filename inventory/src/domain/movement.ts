import type { MovementKind } from '@souk/contracts/saga';

/** One line of the ledger: it is written once and never changed. */
export interface Movement {
  /** Time-ordered by the clock of the process that made it: lists are in this order, which is only nearly the true one. */
  readonly id: string;
  readonly sku: string;
  readonly warehouseId: string;
  /** Of the movements of this SKU in this warehouse it is the n-th: 1..n without gap, in the order in which they happened. */
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
   * The business action it belongs to: the order, or the receipt. There is one movement per action, SKU, warehouse and
   * kind, so an action that is carried out twice meets its own key.
   */
  readonly reference: string;
  /** The message that led to it; null for a person's command. */
  readonly eventId: string | null;
  /** epoch milliseconds */
  readonly at: number;
}

/** The kinds whose reference is an order. */
export const ORDER_KINDS: readonly MovementKind[] = ['reserve', 'release', 'sale', 'restock'];

export function orderOf({ kind, reference }: Movement): string | null {
  return ORDER_KINDS.includes(kind) ? reference : null;
}
