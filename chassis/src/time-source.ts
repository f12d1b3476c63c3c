/** A clock and its timers: real ones, or those of a test. */
export interface TimeSource {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `ring` once after `ms` milliseconds; the returned function cancels the call. */
  after(ms: number, ring: () => void): () => void;
}

export const REAL_TIME: TimeSource = {
  now: () => performance.now(),
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};
