/** Work that waits to be finished, as the next request would meet it. */
export interface Backlog {
  /** How long what is taken now would wait before it is finished, in milliseconds, as far as that is known. */
  readonly delayMs: number;
  /** So many pieces wait; counted up to `FEW` at least. */
  readonly waiting: number;
}

export interface AdmissionOptions {
  /** The delay that is aimed at. 0: everything is taken. */
  readonly targetMs: number;
  /** Asked every 100 ms at most, from memory. */
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
const STEP_MS = 100;
/** Somebody is let in after so long at the latest: only what goes through shows that things go through again. */
const TRICKLE_MS = 1000;
/** A pause without a question counts as so long at most. */
const LONGEST_STEP_MS = 10_000;
/** The share rises by so much a second for each unit of excess above 1, ... */
const INTEGRAL = 0.25;
/** ... and with each unit by which the excess itself rises. */
const PROPORTIONAL = 0.7;
/** What is forgotten of the share in a second: processes that began to refuse at different moments come to refuse alike. */
const LEAK = 0.05;
/** An outage is no reason to refuse for longer after it. */
const MOST_EXCESS = 4;
const MOST_WAIT_S = 10;

/**
 * Lets in so many that what is let in waits no longer than aimed at. The share that is refused is moved by a proportional and
 * integral rule (PIE, RFC 8033), so there is no rate to be set and no switch that flutters: it follows a capacity that changes,
 * and processes that share the work need not agree. The excess is 0 up to half of the target, and 1 at the target.
 */
export function admission({ targetMs, backlog, admitted, now = () => performance.now(), random = Math.random }: AdmissionOptions): Admission {
  let ratio = 0;
  let excess = 0;
  let delayMs = 0;
  let steppedAt = now();
  let admittedAt = -Infinity;

  function step(): void {
    const at = now();
    const passedMs = at - steppedAt;
    if (passedMs < STEP_MS || targetMs === 0) return;
    steppedAt = at;
    const found = backlog();
    ({ delayMs } = found);
    const before = excess;
    excess = found.waiting < FEW ? 0 : clamp((2 * delayMs) / targetMs - 1, 0, MOST_EXCESS);
    const seconds = Math.min(passedMs, LONGEST_STEP_MS) / 1000;
    const drift = INTEGRAL * (excess - 1) - LEAK * ratio;
    ratio = clamp(ratio + drift * seconds + PROPORTIONAL * (excess - before), 0, 1);
  }

  function isRefused(): boolean {
    return ratio > 0 && now() - admittedAt < TRICKLE_MS && random() < ratio;
  }

  return {
    ask() {
      step();
      // The more are refused, the wider they are spread when they come again.
      if (isRefused()) return 1 + Math.floor(random() * clamp(MOST_WAIT_S * ratio + excess - 1, 2, MOST_WAIT_S));
      admittedAt = now();
      admitted?.();
      return null;
    },
    get delayMs() {
      step();
      return delayMs;
    },
    get ratio() {
      step();
      return ratio;
    },
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
