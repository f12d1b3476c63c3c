/**
 * The one form in which an address is stored, compared and kept unique. Unicode that looks the same is made the same,
 * and the whole address is lower case, its local part too: RFC 5321 lets a host tell `Ada@` from `ada@`, none in use
 * does, and two people who differ in nothing else could not be told apart.
 */
export function normalisedEmail(address: string): string {
  return address.trim().normalize('NFKC').toLowerCase();
}

/** Who owns an address. */
export interface EmailClaim {
  /** normalised */
  readonly email: string;
  readonly userId: string;
}
