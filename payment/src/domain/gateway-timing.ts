/**
 * Milliseconds within which a call given out is over: it waits in the queue at most half of this and may take at most
 * half of this. Rows whose call was lost with its process are found when this has passed.
 */
export const CALL_LEASE_MS = 10_000;

/**
 * Milliseconds after the last sending until "never heard of it" is believed where that matters: when a cancelled
 * order's payment is to be voided, a request that is still on its way must not arrive afterwards.
 */
export const LOST_AFTER_MS = 30_000;

/** Milliseconds for which a refund is sent again that the gateway refuses because it has still to take the money. */
export const CAPTURE_LIMIT_MS = 86_400_000;

const BACK_OFF_MS = [200, 500, 1000, 2000, 5000, 10_000, 30_000] as const;
const LONGEST_BACK_OFF_MS = 60_000;

/** `attempts`: how many answers left it open before this one. */
export function backOffMs(attempts: number): number {
  return BACK_OFF_MS[attempts] ?? LONGEST_BACK_OFF_MS;
}
