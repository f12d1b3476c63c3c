/** The owner of an e-mail address. */
export interface EmailClaim {
  /** normalised */
  readonly email: string;
  readonly userId: string;
}
