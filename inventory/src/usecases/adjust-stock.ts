import { adjustGoods } from '../domain/move-by-hand.ts';
import { moveByHand, type StockCommand } from './move-by-hand.ts';

export interface Adjustment extends StockCommand {
  readonly warehouseId: string;
  /** How many pieces more there are than was thought; negative: fewer. */
  readonly quantity: number;
}

/** Somebody counted, or something broke. */
export const adjustStock = moveByHand<Adjustment>('adjust stock', {
  warehousesOf: ({ warehouseId }) => [warehouseId],
  move: adjustGoods,
});
