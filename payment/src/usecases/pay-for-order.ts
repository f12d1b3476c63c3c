import { answerPayment } from '../domain/payment-saga.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentMessageHandler } from './payment-use-case.ts';

/** `live`: true when the gateway moves money. */
export function payForOrder(live: boolean): PaymentMessageHandler<'order.ready_for_payment'> {
  return {
    name: 'pay for order',
    keys: ({ data: { orderId, paymentMethodId } }) => ({ payments: [orderId], paymentMethods: [paymentMethodId] }),
    decide({ data: { orderId, userId, amount, paymentMethodId } }, world, context) {
      const method = world.get('paymentMethods', paymentMethodId);
      const message = { on: 'order.ready_for_payment', orderId, userId, amount, method, live } as const;
      return decisionOf(answerPayment(world.get('payments', orderId), message, context), undefined);
    },
  };
}
