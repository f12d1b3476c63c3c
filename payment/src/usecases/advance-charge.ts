import type { CheckDue, GatewayMessage } from '../domain/payment-message.ts';
import { answerPayment } from '../domain/payment-saga.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

interface ChargeNews {
  readonly orderId: string;
  readonly message: GatewayMessage | CheckDue;
}

/** Applies the gateway's answer about a charge, or a due check. Answers the anomaly, or null if there is none. */
export const advanceCharge: PaymentUseCase<ChargeNews, string | null> = {
  name: 'advance charge',
  keys: ({ orderId }) => ({ payments: [orderId] }),
  decide({ orderId, message }, world, context) {
    const payment = world.get('payments', orderId);
    const outcome = answerPayment(payment, message, context);
    return { ...decisionOf(outcome, outcome.kind === 'anomaly' ? outcome.cause : null), ...(payment && { cause: payment.cause }) };
  },
};
