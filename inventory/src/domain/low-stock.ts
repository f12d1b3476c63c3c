import { availableIn, type StockLevels } from './move-stock.ts';
import type { Network } from './warehouse.ts';

/** A SKU that has run low. */
export interface LowStock {
  readonly sku: string;
  readonly available: number;
  readonly threshold: number;
  /** Ordinal of this low-stock event, from 1. */
  readonly times: number;
}

interface Watch {
  readonly network: Network;
  /** Stock is low with fewer free pieces than this; 0: never. */
  readonly threshold: number;
}

/**
 * Finds moved SKUs that have run low: once when fewer than `threshold` are free, and again only if at least `threshold`
 * were free in between. A SKU that never had that many does not run low. The effect of opening or closing warehouses shows
 * at its next movement.
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

/** As of a SKU's last movement, `lowTurns` is odd if it had enough and even if it had too little: each turn adds one. */
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
