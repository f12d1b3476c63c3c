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
