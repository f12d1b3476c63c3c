import type { Movement, StockLevel } from '@souk/contracts/http/inventory';

/** A line of the ledger with the totals of all warehouses after it. */
export interface LedgerLine {
  readonly movement: Movement;
  readonly onHand: number;
  readonly reserved: number;
}

/** A figure of the stock beside the sum of the movements it must come from. `off`: the sum less the figure; 0 where it adds up. */
export interface Sum {
  readonly level: number;
  readonly moved: number;
  readonly off: number;
}

export interface WarehouseSum {
  readonly warehouseId: string;
  readonly onHand: Sum;
  readonly reserved: Sum;
  /** Time of the first line from which the movements do not fit any more; null: they fit, or only the stock itself is off. */
  readonly offSince: string | null;
}

/** Pieces that an order holds by the ledger: it has reserved more than it gave back or bought. */
export interface Hold {
  readonly orderId: string;
  readonly quantity: number;
  readonly since: string;
}

/**
 * - `adds_up`: the movements are the stock, in each warehouse
 * - `differs`: they are not
 * - `partly_read`: not all of the ledger is read, so nobody knows yet
 */
export type Verdict = 'adds_up' | 'differs' | 'partly_read';

export interface LedgerSum {
  readonly verdict: Verdict;
  readonly onHand: Sum;
  readonly reserved: Sum;
  /** Sum of all open holds beside the reserved pieces. */
  readonly held: Sum;
  /** The sums that the lines which are not read must come to; both 0 once all are read. */
  readonly carried: { readonly onHand: number; readonly reserved: number };
  readonly warehouses: readonly WarehouseSum[];
  /** Newest first. */
  readonly holds: readonly Hold[];
  /** Newest first. */
  readonly lines: readonly LedgerLine[];
}

/** Adds the ledger of one SKU up, and compares. `isWhole`: these are all of its movements. */
export function addsUp({ sku, warehouses: levels }: StockLevel, newestFirst: readonly Movement[], isWhole: boolean): LedgerSum {
  const movements = newestFirst.filter((movement) => movement.sku === sku);
  const oldestFirst = movements.toReversed();
  const ids = [...new Set([...levels.map(({ warehouseId }) => warehouseId), ...oldestFirst.map(({ warehouseId }) => warehouseId)])];
  const warehouses = ids.map((id) => warehouseSum(id, levels, oldestFirst.filter(({ warehouseId }) => warehouseId === id)));
  const onHand = total(warehouses.map((warehouse) => warehouse.onHand));
  const reserved = total(warehouses.map((warehouse) => warehouse.reserved));
  const carried = isWhole ? { onHand: 0, reserved: 0 } : { onHand: onHand.level - onHand.moved, reserved: reserved.level - reserved.moved };
  const holds = holdsOf(oldestFirst);
  const held = sum(reserved.level, holds.reduce((all, { quantity }) => all + quantity, 0));
  const differs = held.off !== 0 || warehouses.some((warehouse) => warehouse.onHand.off !== 0 || warehouse.reserved.off !== 0);
  return {
    verdict: !isWhole ? 'partly_read' : differs ? 'differs' : 'adds_up',
    onHand, reserved, held, carried, warehouses, holds,
    lines: runningTotals(oldestFirst, carried),
  };
}

function warehouseSum(warehouseId: string, levels: StockLevel['warehouses'], oldestFirst: readonly Movement[]): WarehouseSum {
  const level = levels.find((each) => each.warehouseId === warehouseId);
  const onHand = sum(level?.onHand ?? 0, oldestFirst.reduce((all, { onHandDelta }) => all + onHandDelta, 0));
  const reserved = sum(level?.reserved ?? 0, oldestFirst.reduce((all, { reservedDelta }) => all + reservedDelta, 0));
  return { warehouseId, onHand, reserved, offSince: onHand.off === 0 && reserved.off === 0 ? null : offSince(oldestFirst) };
}

/** Two lines of the same moment may stand in either order, so a line that does not fit counts only when none after it fits. */
function offSince(oldestFirst: readonly Movement[]): string | null {
  let [onHand, reserved] = [0, 0];
  let since: string | null = null;
  for (const { onHandDelta, reservedDelta, onHandAfter, reservedAfter, at } of oldestFirst) {
    onHand += onHandDelta;
    reserved += reservedDelta;
    if (onHand === onHandAfter && reserved === reservedAfter) since = null;
    else since ??= at;
  }
  return since;
}

function holdsOf(oldestFirst: readonly Movement[]): Hold[] {
  const byOrder = new Map<string, Hold>();
  for (const { orderId, reservedDelta, at } of oldestFirst) {
    if (orderId === null || reservedDelta === 0) continue;
    const before = byOrder.get(orderId) ?? { orderId, quantity: 0, since: at };
    byOrder.set(orderId, { ...before, quantity: before.quantity + reservedDelta });
  }
  return [...byOrder.values()].filter(({ quantity }) => quantity > 0).toReversed();
}

function runningTotals(oldestFirst: readonly Movement[], carried: LedgerSum['carried']): LedgerLine[] {
  let { onHand, reserved } = carried;
  return oldestFirst.map((movement) => {
    onHand += movement.onHandDelta;
    reserved += movement.reservedDelta;
    return { movement, onHand, reserved };
  }).toReversed();
}

function sum(level: number, moved: number): Sum {
  return { level, moved, off: moved - level };
}

function total(sums: readonly Sum[]): Sum {
  return sum(sums.reduce((all, { level }) => all + level, 0), sums.reduce((all, { moved }) => all + moved, 0));
}
