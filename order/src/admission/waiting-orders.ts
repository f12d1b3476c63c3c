import { type Backlog, FEW } from '@souk/chassis/web/limits/admission';
import { expectedDelay, type Head, STANDING } from '@souk/chassis/web/limits/expected-delay';
import type { Job } from '@souk/chassis/engine/jobs';
import type { OrderReads } from '../storage/order-store.ts';

/** Nothing is asked of the database when no order was placed for so long and none waits. */
const IDLE_MS = 60_000;
const LOOK_MS = 250;
/**
 * While fewer wait, a line is looked for when as many were let in since, and once a second in any case. Twice as many would be judged by what
 * was seen a second ago.
 */
const HARDLY_ANY = FEW / 2;
const LOOK_AT_LEAST_MS = 1000;

export interface WaitingOrders {
  readonly job: Job;
  admitted(): void;
  readonly backlog: () => Backlog;
}

interface WaitingOrdersOptions {
  /** The delay that is aimed at. */
  readonly targetMs: number;
  /** The gateway's part of a payment's wait. */
  readonly gatewayMs: () => number;
  /** Milliseconds that the order has waited which is let in and waits longest to be stored. */
  readonly queueMs: () => number;
  readonly now?: () => number;
}

/** How long an order that is placed now will wait for Inventory and Payment, from Order's own rows: nobody is asked. */
export function waitingOrders(
  reads: Pick<OrderReads, 'firstWaiting'>,
  { targetMs, gatewayMs, queueMs, now = () => performance.now() }: WaitingOrdersOptions,
): WaitingOrders {
  const expected = expectedDelay({ standingMs: STANDING * targetMs, queueMs, now });
  let admittedAt = -Infinity;
  let lookedAt = -Infinity;
  let admittedSince = 0;

  function isTimeToLook(): boolean {
    if (expected.waiting === 0 && now() - admittedAt > IDLE_MS) return false;
    return expected.waiting >= HARDLY_ANY || admittedSince >= HARDLY_ANY || now() - lookedAt >= LOOK_AT_LEAST_MS;
  }

  return {
    backlog: () => expected,
    admitted() {
      admittedAt = now();
      admittedSince += 1;
      expected.admitted();
    },
    job: {
      name: 'see which orders wait',
      everyMs: LOOK_MS,
      async run() {
        if (!isTimeToLook()) return;
        lookedAt = now();
        admittedSince = 0;
        const { stock, payment } = await reads.firstWaiting(FEW);
        expected.seen(worse(stock, { ...payment, ageMs: Math.max(0, payment.ageMs - gatewayMs()) }));
      },
    },
  };
}

/** A single order that is stuck is no line. */
function worse(a: Head, b: Head): Head {
  const isLine = ({ waiting }: Head) => waiting >= FEW;
  if (isLine(a) !== isLine(b)) return isLine(a) ? a : b;
  return a.ageMs >= b.ageMs ? a : b;
}
