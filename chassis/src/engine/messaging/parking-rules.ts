/** How long a message that keeps failing is tried. */
export interface ParkingRules {
  /** Tries before a message is parked. */
  readonly firstAttempts: number;
  /** Tries altogether; then it is a dead letter. */
  readonly attempts: number;
  /** Milliseconds to the next try of a parked message, doubled each time. */
  readonly backOffMs: number;
  readonly longestBackOffMs: number;
}

/** Ten tries within a little over two minutes. */
export const PARKING_RULES: ParkingRules = { firstAttempts: 3, attempts: 10, backOffMs: 1000, longestBackOffMs: 300_000 };

export function backOffAfter(rules: ParkingRules, attempts: number): number {
  const doublings = Math.max(0, attempts - rules.firstAttempts);
  return Math.min(rules.backOffMs * 2 ** doublings, rules.longestBackOffMs);
}
