import type { PaymentUseCase } from './payment-use-case.ts';

/** Removes a payment method for its owner only. Payments in progress keep what they need. Answers false when there is no such method. */
export const removePaymentMethod: PaymentUseCase<{ readonly id: string; readonly userId: string }, boolean> = {
  name: 'remove payment method',
  keys: ({ id }) => ({ paymentMethods: [id] }),
  decide({ id, userId }, world) {
    if (world.get('paymentMethods', id)?.userId !== userId) return { answer: false };
    return { answer: true, removes: { paymentMethods: [id] } };
  },
};
