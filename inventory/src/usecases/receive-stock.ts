import { receiveGoods } from '../domain/move-by-hand.ts';
import { moveByHand, type StockCommand } from './move-stock.ts';

export interface Receipt extends StockCommand {
  readonly warehouseId: string;
  readonly quantity: number;
}

/** Goods arrived in a warehouse. */
export const receiveStock = moveByHand<Receipt>('receive stock', {
  warehousesOf: ({ warehouseId }) => [warehouseId],
  move: receiveGoods,
});
