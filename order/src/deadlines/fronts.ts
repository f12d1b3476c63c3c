import { murmur2 } from '@souk/chassis/log/partitions';
import { TOPICS } from '@souk/contracts/topics';
import type { Deadlines } from '../domain/order.ts';

/** A state in which an order waits for the answer of another service. */
export type WaitingStatus = keyof Deadlines;

/** Other services answer the requests of one partition in order, and a single partition may stand still. */
const PARTITIONS = TOPICS['order.created'].partitions;
/** Looks kept for one time-out, roughly; fewer where `LEAST_GAP_MS` or the pace of `look` says so. Times between two looks are not distinguished. */
const LOOKS = 300;
const LEAST_GAP_MS = 1000;

export interface Fronts {
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
