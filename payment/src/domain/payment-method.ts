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

/** A deleted user. The row stays, so that no data of theirs is added again; payments and refunds are accounting records and stay. */
export interface ErasedUser {
  readonly userId: string;
  /** epoch milliseconds */
  readonly erasedAt: number;
  /** epoch milliseconds; due time of the next search for their payment methods; null: done */
  readonly dueAt: number | null;
}

/**
 * Milliseconds after a user's erasure until the last search for their payment methods. By then, a method that was being
 * added by a process that had not heard of the erasure is committed.
 */
const LAST_LOOK_MS = 60_000;

/** The user after a search. `foundAll`: it found all payment methods; false: it stopped at its batch limit. */
export function looked(user: ErasedUser, { foundAll, now }: { foundAll: boolean; now: number }): ErasedUser {
  if (!foundAll) return { ...user, dueAt: now };
  const last = user.erasedAt + LAST_LOOK_MS;
  return { ...user, dueAt: now < last ? last : null };
}
