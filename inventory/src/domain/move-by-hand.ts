import { moveStock, type Moved } from './move-stock.ts';
import { freeIn, type StockLevels } from './stock-levels.ts';

/** More pieces than this in one place is a typing error, and far from where numbers get inexact. */
export const ON_HAND_LIMIT = 1_000_000_000;

/** Why people cannot move pieces; `free`: how many there are that no order holds. */
export type NotMoved = { readonly kind: 'too-much' } | { readonly kind: 'too-few'; readonly free: number };

export type MovedByHand = ({ readonly kind: 'moved' } & Moved) | NotMoved;

interface Goods {
  readonly sku: string;
  readonly warehouseId: string;
  readonly quantity: number;
  readonly reason: string | null;
}

/** Goods arrived in a warehouse. */
export function receiveGoods(goods: Goods, levels: StockLevels | undefined): MovedByHand {
  return bounded(moveStock('receipt', [goods], () => levels));
}

/** Somebody counted: there are `quantity` pieces more than was thought, or fewer when it is negative. */
export function adjustGoods(goods: Goods, levels: StockLevels | undefined): MovedByHand {
  const free = freeAt(goods.warehouseId, levels);
  if (free + goods.quantity < 0) return { kind: 'too-few', free };
  return bounded(moveStock('adjustment', [goods], () => levels));
}

interface Transfer extends Omit<Goods, 'warehouseId'> {
  readonly fromWarehouseId: string;
  readonly toWarehouseId: string;
}

/** Pieces go from one warehouse to another: both movements or none. What orders hold stays where it is. */
export function transferGoods(transfer: Transfer, levels: StockLevels | undefined): MovedByHand {
  const { fromWarehouseId, toWarehouseId, quantity } = transfer;
  const free = freeAt(fromWarehouseId, levels);
  if (free < quantity) return { kind: 'too-few', free };
  const out = moveStock('transfer_out', [{ ...transfer, warehouseId: fromWarehouseId }], () => levels);
  const into = moveStock('transfer_in', [{ ...transfer, warehouseId: toWarehouseId }], () => out.levels[0]);
  return bounded({ levels: into.levels, moves: [...out.moves, ...into.moves] });
}

function bounded(moved: Moved): MovedByHand {
  const isTooMuch = moved.moves.some(({ onHandAfter }) => onHandAfter > ON_HAND_LIMIT);
  return isTooMuch ? { kind: 'too-much' } : { kind: 'moved', ...moved };
}

function freeAt(warehouseId: string, levels: StockLevels | undefined): number {
  const level = levels?.warehouses.find((one) => one.warehouseId === warehouseId);
  return level === undefined ? 0 : freeIn(level);
}
