/**
 * Lease of a gateway call in milliseconds: at most half of it for waiting in the queue, at most half for the call. Rows
 * whose call was lost with its process are found when it has expired.
 */
export const CALL_LEASE_MS = 10_000;

/**
 * Milliseconds after the last send until "never received" counts as final. This matters when a cancelled order's payment is
 * voided: a request still on its way must not arrive afterwards.
 */
export const LOST_AFTER_MS = 30_000;

/** Milliseconds for which a refund is sent again while the gateway refuses it because it has not taken the money yet. */
export const CAPTURE_LIMIT_MS = 86_400_000;

const BACK_OFF_MS = [200, 500, 1000, 2000, 5000, 10_000, 30_000] as const;
const LONGEST_BACK_OFF_MS = 60_000;

/** `attempts`: earlier answers that left it open. */
export function backOffMs(attempts: number): number {
  return BACK_OFF_MS[attempts] ?? LONGEST_BACK_OFF_MS;
}
