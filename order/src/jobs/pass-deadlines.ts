import { forEachOf } from '@souk/chassis/failures-of-some';
import type { Job } from '@souk/chassis/jobs';
import type { OrderReads, OverdueOrder } from '../storage/order-store.ts';

/** Orders given up in one round; more wait a second. */
const ROUND = 500;

/** Each second: orders whose time has run out. */
export function passDeadlines(reads: Pick<OrderReads, 'overdueOrders'>, pass: (order: OverdueOrder) => Promise<void>): Job {
  return {
    name: 'pass deadlines',
    everyMs: 1000,
    async run() {
      const overdue = await reads.overdueOrders(ROUND);
      await forEachOf(overdue, ({ id: orderId }) => ({ orderId }), pass);
    },
  };
}
