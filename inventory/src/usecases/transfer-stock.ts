import { transferGoods } from '../domain/move-by-hand.ts';
import { moveByHand, type StockCommand } from './move-stock.ts';

export interface Transfer extends StockCommand {
  readonly fromWarehouseId: string;
  readonly toWarehouseId: string;
  readonly quantity: number;
}

/** Moves pieces to another warehouse; no piece is in transit in between. */
export const transferStock = moveByHand<Transfer>('transfer stock', {
  warehousesOf: ({ fromWarehouseId, toWarehouseId }) => [fromWarehouseId, toWarehouseId],
  move: transferGoods,
});
