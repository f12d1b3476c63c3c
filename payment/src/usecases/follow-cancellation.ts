import { answerPayment } from '../domain/payment-saga.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentMessageHandler } from './payment-use-case.ts';

export const followCancellation: PaymentMessageHandler<'order.cancelled'> = {
  name: 'follow cancellation',
  keys: ({ data: { orderId } }) => ({ payments: [orderId] }),
  decide({ data: { orderId, userId } }, world, context) {
    const message = { on: 'order.cancelled', orderId, userId } as const;
    return decisionOf(answerPayment(world.get('payments', orderId), message, context), undefined);
  },
};
