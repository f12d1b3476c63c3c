import type { PaymentMethod } from '../domain/payment-method.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

type NewPaymentMethod = Omit<PaymentMethod, 'id' | 'createdAt'>;

/** undefined: its owner is gone. */
export const addPaymentMethod: PaymentUseCase<NewPaymentMethod, PaymentMethod | undefined> = {
  name: 'add payment method',
  keys: ({ userId }) => ({ erasedUsers: [userId] }),
  decide(method, world, { now, newId }) {
    if (world.get('erasedUsers', method.userId) !== undefined) return { answer: undefined };
    const added = { ...method, id: newId(), createdAt: now };
    return { answer: added, puts: { paymentMethods: [added] } };
  },
};
