/** Somebody who has left, until the last that was kept of them is erased. */
export interface Departure {
  readonly userId: string;
  /** epoch milliseconds */
  readonly at: number;
}
