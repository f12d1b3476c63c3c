import type { CheckDue, GatewayMessage } from '../domain/payment-message.ts';
import { answerRefund } from '../domain/refund-saga.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

interface RefundNews {
  readonly orderId: string;
  readonly refundId: string;
  readonly message: GatewayMessage | CheckDue;
}

/** Applies the gateway's answer about a refund, or a due check. Answers the anomaly, or null if there is none. */
export const advanceRefund: PaymentUseCase<RefundNews, string | null> = {
  name: 'advance refund',
  keys: ({ orderId, refundId }) => ({ payments: [orderId], refunds: [refundId] }),
  decide({ orderId, refundId, message }, world, context) {
    const payment = world.get('payments', orderId);
    const refund = world.get('refunds', refundId);
    if (refund === undefined || payment?.status !== 'captured') {
      throw new Error(`refund ${refundId} has no captured payment of order ${orderId} to belong to`);
    }
    const outcome = answerRefund(refund, message, payment, context);
    return { ...decisionOf(outcome, outcome.kind === 'anomaly' ? outcome.cause : null), cause: refund.cause };
  },
};
