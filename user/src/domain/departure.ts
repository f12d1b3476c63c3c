/** A deleted user, remembered until the last data kept of them is erased. */
export interface Departure {
  readonly userId: string;
  /** epoch milliseconds */
  readonly at: number;
}
