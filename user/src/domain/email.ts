/** Who owns an address. */
export interface EmailClaim {
  /** normalised */
  readonly email: string;
  readonly userId: string;
}
