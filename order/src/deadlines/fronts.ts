import { murmur2 } from '@souk/chassis/log/kafka/wire/murmur2';
import { TOPICS } from '@souk/contracts/topics';
import type { Deadlines } from '../domain/order.ts';

/** A state in which an order waits for the answer of another service. */
export type WaitingStatus = keyof Deadlines;

/** Others answer the questions of one partition one after the other, and may stand still with it alone. */
const PARTITIONS = TOPICS['order.created'].partitions;
/** So many looks back are kept at least; what lies between two of them is not told apart. */
const LOOKS = 300;
const LEAST_GAP_MS = 1000;

export interface Fronts {
  /** Somebody else has answered what was asked about this order then (epoch milliseconds of the database). */
  answered(status: WaitingStatus, orderId: string, askedAt: number): void;
  /** Called once a second. Questions asked from `unsentSince` on may not be in the log yet; Infinity: all are. */
  look(unsentSince: number): void;
  /** The time of an order in this state has run out if it was asked about before this. */
  passed(status: WaitingStatus, orderId: string): number;
  /** The greatest of these for a state. */
  latest(status: WaitingStatus): number;
}

interface Look {
  readonly at: number;
  /** By partition. */
  readonly fronts: readonly number[];
}

/**
 * Evidence that others could have answered. The front is the newest question that was answered: whoever answered it has had all
 * asked before it. An order's time runs from when the front has passed it, so what keeps a question from its answer for all alike
 * (an outage, a line in front of it) takes nothing of it. A start begins without evidence.
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
      // The last of those that are old enough is the only one of them that counts.
      const first = looks.findLastIndex((look) => look.at <= at - timeoutMs);
      if (first > 0) looks = looks.slice(first);
    },
    passed(): readonly number[] {
      const [oldest] = looks;
      return oldest !== undefined && oldest.at <= now() - timeoutMs ? oldest.fronts : [];
    },
  };
}

/** As Kafka's clients choose it. In the embedded log the parts are others, and all of them are read by one process. */
function partitionOf(orderId: string): number {
  return (murmur2(orderId) & 0x7fffffff) % PARTITIONS;
}
