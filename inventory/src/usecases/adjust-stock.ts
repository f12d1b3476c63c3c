import { adjustGoods } from '../domain/move-by-hand.ts';
import { moveByHand, type StockCommand } from './move-stock.ts';

export interface Adjustment extends StockCommand {
  readonly warehouseId: string;
  /** Pieces there are beyond the recorded stock; negative: pieces missing. */
  readonly quantity: number;
}

/** Corrects stock after a count or a breakage. */
export const adjustStock = moveByHand<Adjustment>('adjust stock', {
  warehousesOf: ({ warehouseId }) => [warehouseId],
  move: adjustGoods,
});
