import type { PaymentUseCase } from './payment-use-case.ts';

/** Only its owner removes a method. Payments that run on it have what they need. Answers whether it was there. */
export const removePaymentMethod: PaymentUseCase<{ readonly id: string; readonly userId: string }, boolean> = {
  name: 'remove payment method',
  keys: ({ id }) => ({ paymentMethods: [id] }),
  decide({ id, userId }, world) {
    if (world.get('paymentMethods', id)?.userId !== userId) return { answer: false };
    return { answer: true, removes: { paymentMethods: [id] } };
  },
};
