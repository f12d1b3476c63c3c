import { answerOrder } from './answer-order.ts';

/** An order was paid: the pieces held for it leave the stock. */
export const commitStock = answerOrder('order.completed', () => []);
