import { moveStock, type Moved } from './move-stock.ts';
import type { StockLevels } from './stock-levels.ts';

/** More pieces than this in one place is a typing error, and far from where numbers get inexact. */
export const ON_HAND_LIMIT = 1_000_000_000;

interface Goods {
  readonly sku: string;
  readonly warehouseId: string;
  readonly quantity: number;
  readonly reason: string | null;
}

/** Goods that arrived in a warehouse; undefined when it would hold more than ON_HAND_LIMIT of them. */
export function receiveGoods(goods: Goods, levels: StockLevels | undefined): Moved | undefined {
  const moved = moveStock('receipt', [goods], () => levels);
  return moved.moves.some(({ onHandAfter }) => onHandAfter > ON_HAND_LIMIT) ? undefined : moved;
}
