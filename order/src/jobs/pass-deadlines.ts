import { forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import type { Job } from '@souk/chassis/engine/jobs';
import type { Fronts } from '../deadlines/fronts.ts';
import type { Deadlines } from '../domain/order.ts';
import type { OrderReads, OverdueOrder, WaitingOrder } from '../storage/order-store.ts';

/** Orders given up in one round; the others wait one second more. */
const ROUND = 500;
/** Orders checked in one round. Admission bounds the number of overdue orders that have to keep waiting. */
const LOOKED_AT = 5000;

export interface DeadlineRules {
  readonly reads: Pick<OrderReads, 'overdueOrders' | 'sending' | 'tracesOf'>;
  /** Time-outs for an answer, counting only time in which the other side could have answered. */
  readonly timeouts: Deadlines;
  /** Limits on the whole wait, whether or not the other side could have answered. */
  readonly limits: Deadlines;
  readonly fronts: Fronts;
}

/** Runs each second and gives up orders that have timed out. Time in which the other side could not have answered does not count. */
export function passDeadlines({ reads, timeouts, limits, fronts }: DeadlineRules, pass: (order: OverdueOrder) => Promise<void>): Job {
  /** Upper bound for the query: later deadlines cannot have passed. */
  function latestDeadline(now: number): number {
    const bounds = (['placed', 'awaiting_payment'] as const).map((status) => {
      const byLimit = now - Math.max(0, limits[status] - timeouts[status]);
      return Math.max(fronts.latest(status) + timeouts[status], byLimit);
    });
    return Math.min(now, Math.max(...bounds));
  }

  const hasPassed = ({ id, status, askedAt }: WaitingOrder, now: number): boolean =>
    askedAt < fronts.passed(status, id) || askedAt + Math.max(limits[status], timeouts[status]) <= now;

  return {
    name: 'pass deadlines',
    everyMs: 1000,
    async run() {
      const { now, unsentSince } = await reads.sending();
      fronts.look(unsentSince ?? Infinity);
      const overdue = await reads.overdueOrders(latestDeadline(now), LOOKED_AT);
      const passed = overdue.filter((order) => hasPassed(order, now)).slice(0, ROUND);
      if (passed.length > 0) await forEachOf(await reads.tracesOf(passed), ({ id: orderId }) => ({ orderId }), pass);
    },
  };
}
