import { answerOrder } from './answer-order.ts';

/** An order was cancelled: pieces held for it are free again, pieces that had left come back. */
export const giveBackStock = answerOrder('order.cancelled', () => []);
