/** A card (or the like) that the gateway keeps for a customer; we hold its token and what a person recognises it by. */
export interface PaymentMethod {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
  readonly brand: string;
  readonly last4: string;
  readonly label: string | null;
  /** epoch milliseconds */
  readonly createdAt: number;
}
