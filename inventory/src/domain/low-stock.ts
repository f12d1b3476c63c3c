import { availableIn, type StockLevels } from './stock-levels.ts';
import type { Network } from './warehouse.ts';

/** That a SKU has run low. */
export interface LowStock {
  readonly sku: string;
  readonly available: number;
  readonly threshold: number;
  /** The how many-th time it has, from 1. */
  readonly times: number;
}

interface Watch {
  readonly network: Network;
  /** Fewer free pieces than these are few; 0: never. */
  readonly threshold: number;
}

/**
 * What is said of SKUs that moved: once when fewer than `threshold` are free, and again only after there were as many
 * again. A SKU that never had as many does not run low. What warehouses that open or close do to it shows at its next movement.
 */
export function lowStock(
  beforeOf: (sku: string) => StockLevels | undefined,
  moved: readonly StockLevels[],
  watch: Watch,
): { readonly levels: readonly StockLevels[]; readonly lows: readonly LowStock[] } {
  const lows: LowStock[] = [];
  const levels = moved.map((after) => {
    const available = availableOf(after, watch.network);
    const lowTurns = turnsAfter(after.lowTurns, beforeOf(after.sku), available, watch);
    if (lowTurns === after.lowTurns) return after;
    const { sku } = after;
    if (!isWatched(lowTurns)) lows.push({ sku, available, threshold: watch.threshold, times: lowTurns / 2 });
    return { ...after, lowTurns };
  });
  return { levels, lows };
}

/** `lowTurns` is odd while a SKU has enough, even when it had too little at last: each turn counts it up. */
function turnsAfter(turns: number, before: StockLevels | undefined, available: number, { network, threshold }: Watch): number {
  const hadEnough = isWatched(turns) || (before !== undefined && availableOf(before, network) >= threshold);
  if (available >= threshold) return isWatched(turns) ? turns : turns + 1;
  if (!hadEnough) return turns;
  return isWatched(turns) ? turns + 1 : turns + 2;
}

function isWatched(turns: number): boolean {
  return turns % 2 === 1;
}

function availableOf({ warehouses }: StockLevels, network: Network): number {
  return warehouses.reduce((sum, level) => sum + availableIn(level, network), 0);
}
