import type { CheckDue, GatewayMessage } from '../domain/payment-message.ts';
import { answerPayment } from '../domain/payment-saga.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

interface ChargeNews {
  readonly orderId: string;
  readonly message: GatewayMessage | CheckDue;
}

/** What the gateway said about a charge, or that it is time to ask. Answers the anomaly it is, or null. */
export const advanceCharge: PaymentUseCase<ChargeNews, string | null> = {
  name: 'advance charge',
  keys: ({ orderId }) => ({ payments: [orderId] }),
  decide({ orderId, message }, world, context) {
    const payment = world.get('payments', orderId);
    const outcome = answerPayment(payment, message, context);
    return { ...decisionOf(outcome, outcome.kind === 'anomaly' ? outcome.cause : null), ...(payment && { cause: payment.cause }) };
  },
};
