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

/** Milliseconds per slot; the admissions of a slot share one count. */
const SLOT_MS = 100;
/** Number of slots kept. Work admitted before the oldest slot counts as admitted then. */
const SLOTS = 1200;
/**
 * Milliseconds over which the speed is averaged. A rise is believed sooner than a fall: under light load the speed is that of
 * the callers and rises with them.
 */
const MEMORY_MS = { rising: 1500, falling: 4000 };
/** Part of the head's waiting time that counts as the least delay: how long the head has waited says less than how long others will wait. */
const SEEN = 2 / 3;
/**
 * The expected delay is at most this many times the head's waiting time; fewer if no line has stood lately, as the speed may
 * then be that of the callers alone.
 */
const FORESIGHT = { inLine: 10, else: 1.6 };
const LATELY_MS = 10_000;
/** Longest delay that is predicted: a line that hardly moves has no foreseeable end. */
const LONGEST_MS = SLOTS * SLOT_MS;
/** Part of the target delay: work that has waited this long stands in a line, whatever time the work takes by itself. */
export const STANDING = 0.6;

/** Number of queue samples kept; a head older than the first of them counts as having waited as long as at that one. */
const QUEUE_LOOKS = 120;

/** The longest waiting piece of work that nothing newer has overtaken. */
export interface Head {
  /** Milliseconds since it was stored; 0: nothing waits. */
  readonly ageMs: number;
  /** Number of waiting pieces: this one and those after it. */
  readonly waiting: number;
}

export interface ExpectedDelayOptions {
  /** See `STANDING`. */
  readonly standingMs: number;
  /** Milliseconds that the oldest admitted piece has waited to be stored. */
  readonly queueMs?: () => number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export interface ExpectedDelay {
  admitted(): void;
  /** Takes the line as found in the rows, whichever process admitted the work. */
  seen(head: Head): void;
  readonly delayMs: number;
  readonly waiting: number;
}

/**
 * Estimates how long work admitted now will wait. The age of the head of the line tells only how long that one has waited: when
 * a line has doubled within a second, the age shows it too late. The work that this process has admitted since the head was
 * admitted is its share of the line, and the rate at which the head moves along it is the speed at which that share is served.
 * Both are known at any moment, as every admission lengthens the line at once. The head was admitted before it was stored:
 * earlier by the time that others waited to be stored then.
 */
export function expectedDelay({ standingMs, queueMs = () => 0, now = () => performance.now() }: ExpectedDelayOptions): ExpectedDelay {
  const counts = new Float64Array(SLOTS);
  let newest = slotOf(now());
  /** Its age is counted from its admission. */
  let head: Head = { ageMs: 0, waiting: 0 };
  const queue: { readonly at: number; readonly ms: number }[] = [];
  let seenAt = -Infinity;
  let stoodAt = -Infinity;
  /** Pieces admitted by this process and finished, per millisecond; undefined: not known. */
  let speed: number | undefined;

  function slotNow(): number {
    const slot = slotOf(now());
    if (slot - newest >= SLOTS) counts.fill(0);
    else for (let next = newest + 1; next <= slot; next += 1) counts[next % SLOTS] = 0;
    newest = Math.max(newest, slot);
    return newest;
  }

  function admittedSince(at: number): number {
    const last = slotNow();
    let sum = 0;
    for (let slot = Math.max(slotOf(at) + 1, last - SLOTS + 1); slot <= last; slot += 1) sum += counts[slot % SLOTS] ?? 0;
    // The part of its own slot that comes after it.
    const first = slotOf(at);
    if (first > last - SLOTS) sum += (counts[first % SLOTS] ?? 0) * (1 - (at / SLOT_MS - first));
    return sum;
  }

  function letIn({ ageMs, waiting }: Head): Head {
    const at = now();
    queue.push({ at, ms: queueMs() });
    if (queue.length > QUEUE_LOOKS) queue.shift();
    if (ageMs === 0) return { ageMs, waiting };
    const then = queue.findLast((look) => look.at <= at - ageMs) ?? queue[0];
    return { ageMs: ageMs + (then?.ms ?? 0), waiting };
  }

  const isBusy = () => head.waiting >= FEW;
  const headAt = () => seenAt - head.ageMs;

  return {
    admitted() {
      const slot = slotNow() % SLOTS;
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    seen(found) {
      const wasBusy = isBusy();
      const [before, beforeAt] = [seenAt, headAt()];
      head = letIn(found);
      seenAt = now();
      if (!isBusy()) speed = undefined;
      if (isBusy() && head.ageMs >= standingMs) stoodAt = seenAt;
      if (!wasBusy || !isBusy()) return;
      const served = Math.max(0, admittedSince(beforeAt) - admittedSince(headAt())) / Math.max(1, seenAt - before);
      // This process has admitted nothing yet that could have been served: its speed is not known.
      if (speed === undefined && served === 0) return;
      const weight = 1 - Math.exp((before - seenAt) / (speed !== undefined && served < speed ? MEMORY_MS.falling : MEMORY_MS.rising));
      speed = speed === undefined ? served : speed + weight * (served - speed);
    },
    get delayMs() {
      if (head.ageMs === 0) return 0;
      const sinceMs = now() - seenAt;
      if (speed === undefined) return head.ageMs + sinceMs;
      // The head has moved on since it was seen.
      const line = Math.max(0, admittedSince(headAt()) - speed * sinceMs);
      const ageMs = head.ageMs + sinceMs;
      const foresight = now() - stoodAt < LATELY_MS ? FORESIGHT.inLine : FORESIGHT.else;
      return Math.max(SEEN * ageMs, line === 0 ? 0 : Math.min(line / speed, foresight * ageMs, LONGEST_MS));
    },
    get waiting() {
      return head.waiting;
    },
  };
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}
