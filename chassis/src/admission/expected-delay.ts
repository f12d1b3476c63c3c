import { FEW } from './admission.ts';

/** Milliseconds that share one count. */
const SLOT_MS = 100;
/** What was let in longer ago counts as let in then. */
const SLOTS = 1200;
/** Milliseconds over which the speed is averaged. */
const MEMORY_MS = 3000;
/** What is expected is at most so many times what is seen: a speed that was measured while little was to do says little. */
const FORESIGHT = 3;

/** The piece of work that waits longest of those that nothing newer has overtaken. */
export interface Head {
  /** Milliseconds since it was let in; 0: nothing waits. */
  readonly ageMs: number;
  /** So many wait, it and what came after it. */
  readonly waiting: number;
}

export interface ExpectedDelay {
  admitted(): void;
  /** What was found, by any process, to wait. */
  seen(head: Head): void;
  readonly delayMs: number;
  readonly waiting: number;
}

/**
 * How long what is let in now will wait. The age of what is at the head of the line tells only how long that one has waited: a
 * line that is twice as long as a second ago shows in it when it is too late. What this process has let in since the head was
 * let in is its share of the line, and how fast the head moves along it is the speed at which its share is served.
 */
export function expectedDelay(now: () => number = () => performance.now()): ExpectedDelay {
  const counts = new Float64Array(SLOTS);
  let newest = slotOf(now());
  let head: Head = { ageMs: 0, waiting: 0 };
  let seenAt = -Infinity;
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
      head = found;
      seenAt = now();
      if (!isBusy()) speed = undefined;
      if (!wasBusy || !isBusy()) return;
      const served = Math.max(0, admittedSince(beforeAt) - admittedSince(headAt())) / Math.max(1, seenAt - before);
      const weight = 1 - Math.exp((before - seenAt) / MEMORY_MS);
      speed = speed === undefined ? served : speed + weight * (served - speed);
    },
    get delayMs() {
      if (head.ageMs === 0) return 0;
      const ageMs = now() - headAt();
      const expected = speed === undefined ? 0 : admittedSince(headAt()) / speed;
      return Math.max(ageMs, Math.min(expected || 0, FORESIGHT * ageMs));
    },
    get waiting() {
      return head.waiting;
    },
  };
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}
