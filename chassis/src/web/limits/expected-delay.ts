import { FEW } from './admission.ts';

/** Milliseconds that share one count. */
const SLOT_MS = 100;
/** Work that was let in longer ago counts as let in then. */
const SLOTS = 1200;
/**
 * Milliseconds over which the speed is averaged. A higher one is believed sooner than a lower one: while little is to do the speed is
 * that of the callers, and it rises with them.
 */
const MEMORY_MS = { rising: 1500, falling: 4000 };
/** The time that the head has waited says less than the time that others will: this part of it counts. */
const SEEN = 2 / 3;
/** No more is expected than so many times what is seen; while no line has stood lately the speed may be that of the callers alone. */
const FORESIGHT = { inLine: 10, else: 1.6 };
const LATELY_MS = 10_000;
/** More is not foreseen: a line that hardly moves has no end that could be told. */
const LONGEST_MS = SLOTS * SLOT_MS;
/** A part of the delay that is aimed at: who waits so long stands in a line, whatever the work takes by itself. */
export const STANDING = 0.6;

/** Looks at the queue that are remembered; a head that is older counts as having waited as long as at the first of them. */
const QUEUE_LOOKS = 120;

/** The piece of work that waits longest of those that nothing newer has overtaken. */
export interface Head {
  /** Milliseconds since it was stored; 0: nothing waits. */
  readonly ageMs: number;
  /** So many wait, it and what came after it. */
  readonly waiting: number;
}

export interface ExpectedDelayOptions {
  /** See `STANDING`. */
  readonly standingMs: number;
  /** Milliseconds that the piece has waited which is let in and waits longest to be stored. */
  readonly queueMs?: () => number;
  /** Milliseconds of a clock that only goes on. */
  readonly now?: () => number;
}

export interface ExpectedDelay {
  admitted(): void;
  /** Takes the line as it was found in the rows, whichever process let it in. */
  seen(head: Head): void;
  readonly delayMs: number;
  readonly waiting: number;
}

/**
 * Tells how long work that is let in now will wait. The age of what is at the head of the line tells only how long that one has waited: a
 * line that is twice as long as a second ago shows in it when it is too late. What this process has let in since the head was
 * let in is its share of the line, and how fast the head moves along it is the speed at which its share is served. Both are known at any
 * moment: everybody who is let in makes the line longer at once. The head was let in before it was stored, by as long as others waited for that then.
 */
export function expectedDelay({ standingMs, queueMs = () => 0, now = () => performance.now() }: ExpectedDelayOptions): ExpectedDelay {
  const counts = new Float64Array(SLOTS);
  let newest = slotOf(now());
  /** Since it was let in. */
  let head: Head = { ageMs: 0, waiting: 0 };
  const queue: { readonly at: number; readonly ms: number }[] = [];
  let seenAt = -Infinity;
  let stoodAt = -Infinity;
  /** Let in by this process and finished, a millisecond; undefined: not known. */
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
    // A part of the slot in which it was.
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
      // This process has let in nothing yet that could have been served: its speed is not known.
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
