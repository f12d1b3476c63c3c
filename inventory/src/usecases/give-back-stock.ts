import { answerOrder } from './answer-order.ts';

/** An order is cancelled: what was held for it is free again, what had left comes back. */
export const giveBackStock = answerOrder('order.cancelled', () => []);
