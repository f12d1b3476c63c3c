/**
 * Milliseconds after a person was erased until it is looked a last time for payment methods of theirs: what a process
 * that had not heard of it was adding meanwhile is committed by then.
 */
const LAST_LOOK_MS = 60_000;

/** A person who is gone. The row stays, so that nothing of theirs comes back; payments and refunds are books and stay too. */
export interface ErasedUser {
  readonly userId: string;
  /** epoch milliseconds */
  readonly erasedAt: number;
  /** epoch milliseconds; when it is to be looked for payment methods of theirs; null: it is done */
  readonly dueAt: number | null;
}

/** After a look that found everything there was, or only as much as it could take at once. */
export function looked(user: ErasedUser, { foundAll, now }: { foundAll: boolean; now: number }): ErasedUser {
  if (!foundAll) return { ...user, dueAt: now };
  const last = user.erasedAt + LAST_LOOK_MS;
  return { ...user, dueAt: now < last ? last : null };
}
