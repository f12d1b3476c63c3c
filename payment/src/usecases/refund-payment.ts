import type { Money } from '@souk/contracts/money';
import { type RefundDecision, requestRefund } from '../domain/request-refund.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

interface RefundCommand {
  /** the payment's order; payments are kept by order id */
  readonly orderId: string;
  readonly amount: Money;
  readonly reason: string;
  readonly requestedBy: string;
  /** limit in minor units on all refunds of the payment, by anybody, this one included; absent: none */
  readonly most?: number;
}

export const refundPayment: PaymentUseCase<RefundCommand, RefundDecision> = {
  name: 'refund payment',
  canWait: true,
  keys: ({ orderId }) => ({ payments: [orderId] }),
  decide({ orderId, ...request }, world, context) {
    const payment = world.get('payments', orderId);
    if (payment === undefined) throw new Error(`the payment of order ${orderId} is gone, and payments never go`);
    const decision = requestRefund(payment, request, context);
    return decision.kind === 'accepted' ? decisionOf(decision.change, decision) : { answer: decision };
  },
};
