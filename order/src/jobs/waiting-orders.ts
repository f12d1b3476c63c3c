import { type Backlog, expectedDelay, FEW, type Head, STANDING } from '@souk/chassis/web/limits/admission';
import type { Job } from '@souk/chassis/engine/jobs';
import type { OrderReads } from '../storage/order-store.ts';

/** The database is not queried when no order waits and none was placed for this long. */
const IDLE_MS = 60_000;
const LOOK_MS = 250;
/**
 * While fewer orders wait, the queue is read when as many were admitted since, and at least once a second. With twice as many, admission would judge
 * by figures that are a second old.
 */
const HARDLY_ANY = FEW / 2;
const LOOK_AT_LEAST_MS = 1000;

export interface WaitingOrders {
  readonly job: Job;
  admitted(): void;
  readonly backlog: () => Backlog;
}

interface WaitingOrdersOptions {
  /** The target delay. */
  readonly targetMs: number;
  /** The part of a payment's wait that the gateway takes. */
  readonly gatewayMs: () => number;
  /** Age in milliseconds of the oldest admitted order that is not stored yet. */
  readonly queueMs: () => number;
  readonly now?: () => number;
}

/** Estimates how long an order placed now will wait for Inventory and Payment, from Order's own rows: no other service is asked. */
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

/** The queue with the longer wait. A single order that is stuck is no queue. */
function worse(a: Head, b: Head): Head {
  const isLine = ({ waiting }: Head) => waiting >= FEW;
  if (isLine(a) !== isLine(b)) return isLine(a) ? a : b;
  return a.ageMs >= b.ageMs ? a : b;
}

/** Each answer moves the average by 1/50 of the difference: after 50 answers all earlier ones together count for about a third. */
const MEMORY = 50;
/** Assumed time of the gateway until Payment has reported one. An earlier version of Payment never does. */
const UNKNOWN_MS = 10_000;

interface GatewayTime {
  /** Takes the gateway's time for a charge, as reported by Payment. */
  heard(ms: number): void;
  readonly ms: number;
}

/**
 * Moving average of the time that Payment waits for its gateway. This wait is no sign of too many orders: a shop whose gateway takes three seconds
 * for each charge is not overloaded.
 */
export function gatewayTime(): GatewayTime {
  let mean: number | undefined;
  return {
    heard(ms) {
      mean = mean === undefined ? ms : mean + (ms - mean) / MEMORY;
    },
    get ms() {
      return mean ?? UNKNOWN_MS;
    },
  };
}
