import type { Money } from '@souk/contracts/money';

/** A call to the gateway that a decision asks for; made after the commit, its answer is a new input. */
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

/** The gateway knows an action by the key we made from it: however often it is sent, it happens once. */
export function chargeKey(paymentId: string): string {
  return `payment:${paymentId}`;
}

export function refundKey(refundId: string): string {
  return `refund:${refundId}`;
}

/** What one of our keys stands for; undefined: it is none of ours. */
export function actionOf(key: string): { readonly kind: 'charge' | 'refund'; readonly id: string } | undefined {
  const [, prefix, id] = /^(payment|refund):(.+)$/.exec(key) ?? [];
  return prefix === undefined || id === undefined ? undefined : { kind: prefix === 'payment' ? 'charge' : 'refund', id };
}
