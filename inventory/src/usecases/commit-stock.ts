import { answerOrder } from './answer-order.ts';

/** An order is paid: what was held for it leaves the stock. */
export const commitStock = answerOrder('order.completed', () => []);
