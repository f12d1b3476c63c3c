/** Unfinished work, as the next request would find it. */
export interface Backlog {
  /** Milliseconds that work accepted now would wait before it is finished, as far as known. */
  readonly delayMs: number;
  /** Number of waiting pieces of work; counted up to `FEW` at least. */
  readonly waiting: number;
}

export interface AdmissionOptions {
  /** The target delay. 0: everything is accepted. */
  readonly targetMs: number;
  /** Called for each request, so it must answer from memory. */
  readonly backlog: () => Backlog;
  /** Called when a request was admitted. */
  readonly admitted?: () => void;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** From 0 to 1, excluding 1. */
  readonly random?: () => number;
}

export interface Admission {
  /** Decides on a request: null, it is admitted; else the seconds after which it may be retried. */
  ask(): number | null;
  readonly delayMs: number;
  /** The share of requests that is refused, 0 to 1. */
  readonly ratio: number;
}

/** While fewer wait, nothing is refused: otherwise a single slow piece would close an idle service. */
export const FEW = 64;
/** Below this part of the target nothing is refused, ... */
const NONE = 0.75;
/** ... and from this part on everything is. */
const ALL = 1.25;
/** A request is admitted when none was for this long: only admitted work shows that work gets finished again. */
const TRICKLE_MS = 1000;
/** Delays beyond this many times the target do not lengthen the retry time further. */
const MOST_EXCESS = 4;
const MOST_WAIT_S = 10;

/**
 * Admits as many requests as keep the delay near the target. The refused share rises with the expected delay, which grows with
 * every admission and falls with every piece of work that is finished: so the share settles where as much is admitted as is
 * finished. There is no rate to set, no memory that could be wrong a second later, and no switch that oscillates.
 */
export function admission({ targetMs, backlog, admitted, now = () => performance.now(), random = Math.random }: AdmissionOptions): Admission {
  let admittedAt = -Infinity;

  function ratioOf({ delayMs, waiting }: Backlog): number {
    return targetMs === 0 || waiting < FEW ? 0 : clamp((delayMs / targetMs - NONE) / (ALL - NONE), 0, 1);
  }

  return {
    ask() {
      const found = backlog();
      const ratio = ratioOf(found);
      if (ratio > 0 && now() - admittedAt < TRICKLE_MS && random() < ratio) {
        // The more requests are refused, the wider their retries are spread.
        const most = MOST_WAIT_S * ratio + Math.min(found.delayMs / targetMs, MOST_EXCESS) - 1;
        return 1 + Math.floor(random() * clamp(most, 2, MOST_WAIT_S));
      }
      admittedAt = now();
      admitted?.();
      return null;
    },
    get delayMs() {
      return backlog().delayMs;
    },
    get ratio() {
      return ratioOf(backlog());
    },
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
