import { answerOrder } from './answer-order.ts';

/** An order was placed: hold all its pieces, or none. */
export const reserveStock = answerOrder('order.created', ({ data }) => data.items);
