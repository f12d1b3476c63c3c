/** A card (or the like) that the gateway keeps for a customer; we hold its token and the details that identify it to a person. */
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
