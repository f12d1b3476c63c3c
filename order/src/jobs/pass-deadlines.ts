import { forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import type { Job } from '@souk/chassis/engine/jobs';
import { murmur2 } from '@souk/chassis/log/partitions';
import { TOPICS } from '@souk/contracts/topics';
import type { Deadlines } from '../domain/order.ts';
import type { OrderReads, OverdueOrder, WaitingOrder } from '../storage/order-store.ts';

/** Orders given up in one round; the others wait one second more. */
const ROUND = 500;
/** Orders checked in one round. Admission bounds the number of overdue orders that have to keep waiting. */
const LOOKED_AT = 5000;

interface DeadlineRules {
  readonly reads: Pick<OrderReads, 'overdueOrders' | 'sending' | 'tracesOf'>;
  /** Time-outs for an answer, counting only time in which the other side could have answered. */
  readonly timeouts: Deadlines;
  /** Limits on the whole wait, whether or not the other side could have answered. */
  readonly limits: Deadlines;
  readonly fronts: Fronts;
}

/** Runs each second and gives up orders that have timed out. Time in which the other side could not have answered does not count. */
export function passDeadlines({ reads, timeouts, limits, fronts: evidence }: DeadlineRules, pass: (order: OverdueOrder) => Promise<void>): Job {
  /** Upper bound for the query: later deadlines cannot have passed. */
  function latestDeadline(now: number): number {
    const bounds = (['placed', 'awaiting_payment'] as const).map((status) => {
      const byLimit = now - Math.max(0, limits[status] - timeouts[status]);
      return Math.max(evidence.latest(status) + timeouts[status], byLimit);
    });
    return Math.min(now, Math.max(...bounds));
  }

  const hasPassed = ({ id, status, askedAt }: WaitingOrder, now: number): boolean =>
    askedAt < evidence.passed(status, id) || askedAt + Math.max(limits[status], timeouts[status]) <= now;

  return {
    name: 'pass deadlines',
    everyMs: 1000,
    async run() {
      const { now, unsentSince } = await reads.sending();
      evidence.look(unsentSince ?? Infinity);
      const overdue = await reads.overdueOrders(latestDeadline(now), LOOKED_AT);
      const passed = overdue.filter((order) => hasPassed(order, now)).slice(0, ROUND);
      if (passed.length > 0) await forEachOf(await reads.tracesOf(passed), ({ id: orderId }) => ({ orderId }), pass);
    },
  };
}

/** A state in which an order waits for the answer of another service. */
type WaitingStatus = keyof Deadlines;

/** Other services answer the requests of one partition in order, and a single partition may stand still. */
const PARTITIONS = TOPICS['order.created'].partitions;
/** Looks kept for one time-out, roughly; fewer where `LEAST_GAP_MS` or the pace of `look` says so. Times between two looks are not distinguished. */
const LOOKS = 300;
const LEAST_GAP_MS = 1000;

interface Fronts {
  /** Another service has answered the request about this order that was made then (epoch milliseconds of the database). */
  answered(status: WaitingStatus, orderId: string, askedAt: number): void;
  /** Called once a second. Requests made from `unsentSince` on may not be in the log yet; Infinity: all are. */
  look(unsentSince: number): void;
  /** An order in this state has timed out if its request was made before this time. */
  passed(status: WaitingStatus, orderId: string): number;
  /** The latest of these times for a state, over all partitions. */
  latest(status: WaitingStatus): number;
}

interface Look {
  readonly at: number;
  /** By partition. */
  readonly fronts: readonly number[];
}

/**
 * Evidence that other services could have answered. The front of a partition is its newest answered request: the service that answered it has had all
 * earlier ones. An order's time-out runs from when the front has passed its request, so whatever delays all requests alike (an outage, a queue) does
 * not count. A new process starts without evidence.
 */
export function fronts(timeouts: Deadlines, now: () => number = () => performance.now()): Fronts {
  const states = { placed: line(timeouts.placed, now), awaiting_payment: line(timeouts.awaiting_payment, now) };
  return {
    answered: (status, orderId, askedAt) => states[status].answered(partitionOf(orderId), askedAt),
    look(unsentSince) {
      for (const state of Object.values(states)) state.look(unsentSince);
    },
    passed: (status, orderId) => states[status].passed()[partitionOf(orderId)] ?? -Infinity,
    latest: (status) => Math.max(...states[status].passed(), -Infinity),
  };
}

function line(timeoutMs: number, now: () => number) {
  const front = Array.from({ length: PARTITIONS }, () => -Infinity);
  const gapMs = Math.max(LEAST_GAP_MS, timeoutMs / LOOKS) * 0.9;
  let looks: Look[] = [];
  return {
    answered(partition: number, askedAt: number): void {
      front[partition] = Math.max(front[partition] ?? -Infinity, askedAt);
    },
    look(unsentSince: number): void {
      const at = now();
      if (at - (looks.at(-1)?.at ?? -Infinity) >= gapMs) looks.push({ at, fronts: front.map((askedAt) => Math.min(askedAt, unsentSince)) });
      // Only the last look that is old enough counts.
      const first = looks.findLastIndex((look) => look.at <= at - timeoutMs);
      if (first > 0) looks = looks.slice(first);
    },
    passed(): readonly number[] {
      const [oldest] = looks;
      return oldest !== undefined && oldest.at <= now() - timeoutMs ? oldest.fronts : [];
    },
  };
}

/** The partition that Kafka's clients choose. The embedded log has other partitions, but one process reads all of them. */
function partitionOf(orderId: string): number {
  return (murmur2(orderId) & 0x7fffffff) % PARTITIONS;
}
