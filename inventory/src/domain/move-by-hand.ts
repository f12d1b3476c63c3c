import { freeIn, moveStock, type Moved, type StockLevels } from './move-stock.ts';

/** More pieces than this in one place is a typing error; the limit is far from where numbers become inexact. */
export const ON_HAND_LIMIT = 1_000_000_000;

/** Reason why a person's movement is refused; `free`: pieces that no order holds. */
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

/** Corrects the stock after a count: `quantity` pieces more than recorded, or fewer when it is negative. */
export function adjustGoods(goods: Goods, levels: StockLevels | undefined): MovedByHand {
  const free = freeAt(goods.warehouseId, levels);
  if (free + goods.quantity < 0) return { kind: 'too-few', free };
  return bounded(moveStock('adjustment', [goods], () => levels));
}

interface Transfer extends Omit<Goods, 'warehouseId'> {
  readonly fromWarehouseId: string;
  readonly toWarehouseId: string;
}

/** Moves pieces from one warehouse to another: both movements or none. Pieces held by orders stay where they are. */
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
