import type { Money } from '@souk/contracts/money';

/** A gateway call that a decision asks for. It is made after the commit, and its answer is a new input. */
export type GatewayTask =
  | {
      readonly kind: 'charge';
      readonly orderId: string;
      readonly paymentId: string;
      readonly amount: Money;
      readonly token: string;
    }
  | { readonly kind: 'ask-charge'; readonly orderId: string; readonly paymentId: string }
  | {
      readonly kind: 'refund';
      readonly orderId: string;
      readonly refundId: string;
      readonly amount: Money;
      readonly chargeReference: string;
    }
  | { readonly kind: 'ask-refund'; readonly orderId: string; readonly refundId: string };

/** The gateway's answer about a charge or a refund. `tookMs`: duration of the call that it answers. */
export type GatewayMessage =
  | { readonly on: 'gateway.succeeded'; readonly reference: string; readonly tookMs?: number }
  | { readonly on: 'gateway.declined'; readonly reason: string; readonly tookMs?: number }
  /** No answer in time, an error, or "still working on it". */
  | { readonly on: 'gateway.unknown' }
  /** Asked by our key, the gateway says that it never received it. */
  | { readonly on: 'gateway.not_received' };

/** The row may be due for a check with the gateway. */
export interface CheckDue {
  readonly on: 'check.due';
}

/** The decline reason of a refund that comes too early: the gateway has not taken the money yet. It is not final. */
export const CHARGE_NOT_CAPTURED = 'charge_not_captured';

/** A webhook that was accepted. It is kept to recognise the same webhook when it is sent again. */
export interface WebhookEvent {
  /** gateway name and its event id: `simulator:evt_1` */
  readonly id: string;
  /** our key of the charge or refund it is about; null: it does not concern us */
  readonly key: string | null;
  /** status of the charge or refund, as the gateway reported it */
  readonly said: 'succeeded' | 'declined' | 'pending' | null;
  /** `unknown`: the key belongs to no charge or refund of ours */
  readonly outcome: 'changed' | 'ignored' | 'anomaly' | 'unknown';
  /** epoch milliseconds */
  readonly receivedAt: number;
}

/** Idempotency key of an action: however often it is sent, the gateway carries it out once. */
export function chargeKey(paymentId: string): string {
  return `payment:${paymentId}`;
}

export function refundKey(refundId: string): string {
  return `refund:${refundId}`;
}

/** The action that one of our keys stands for; undefined: the key is not ours. */
export function actionOf(key: string): { readonly kind: 'charge' | 'refund'; readonly id: string } | undefined {
  const [, prefix, id] = /^(payment|refund):(.+)$/.exec(key) ?? [];
  return prefix === undefined || id === undefined ? undefined : { kind: prefix === 'payment' ? 'charge' : 'refund', id };
}

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

/** Milliseconds until the gateway is asked again. `attempts`: earlier answers that left it open. */
export function backOffMs(attempts: number): number {
  return BACK_OFF_MS[attempts] ?? LONGEST_BACK_OFF_MS;
}
