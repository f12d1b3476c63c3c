/** Work that waits to be finished, as the next request would meet it. */
export interface Backlog {
  /** Milliseconds that work taken now would wait before it is finished, as far as that is known. */
  readonly delayMs: number;
  /** So many pieces wait; counted up to `FEW` at least. */
  readonly waiting: number;
}

export interface AdmissionOptions {
  /** The delay that is aimed at. 0: everything is taken. */
  readonly targetMs: number;
  /** Asked for each caller, so from memory. */
  readonly backlog: () => Backlog;
  /** Somebody was let in. */
  readonly admitted?: () => void;
  /** Milliseconds of a clock that only goes on. */
  readonly now?: () => number;
  /** From 0 to 1, without 1. */
  readonly random?: () => number;
}

export interface Admission {
  /** For whoever asks now: null, it is taken; else the seconds after which it may ask again. */
  ask(): number | null;
  readonly delayMs: number;
  /** The share of those asking that is refused, 0 to 1. */
  readonly ratio: number;
}

/** While fewer wait nobody is refused: a single slow piece would close an idle service. */
export const FEW = 64;
/** Nobody is refused below this part of the target, ... */
const NONE = 0.75;
/** ... and all are from this on. */
const ALL = 1.25;
/** Somebody is let in after so long at the latest: only what goes through shows that things go through again. */
const TRICKLE_MS = 1000;
/** A backlog that is so many times the target is no reason to keep callers away for longer. */
const MOST_EXCESS = 4;
const MOST_WAIT_S = 10;

/**
 * Lets in so many that what is let in waits about as long as aimed at. The share that is refused rises with the delay that is
 * expected now, which grows with everybody who is let in and falls with all that is finished: so the share settles where as many are
 * let in as are finished. There is no rate to be set, nothing is remembered that could be wrong a second later, and no switch that flutters.
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
        // The more are refused, the wider they are spread when they come again.
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
