/** Real time, or that of a test. */
export interface TimeSource {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls `ring` once after so many milliseconds; the answer calls it off. */
  after(ms: number, ring: () => void): () => void;
}

export const REAL_TIME: TimeSource = {
  now: () => performance.now(),
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};
