import type { PaymentMethod } from '../domain/payment-method.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

type NewPaymentMethod = Omit<PaymentMethod, 'id' | 'createdAt'>;

export const addPaymentMethod: PaymentUseCase<NewPaymentMethod, PaymentMethod> = {
  name: 'add payment method',
  keys: () => ({}),
  decide(method, _world, { now, newId }) {
    const added = { ...method, id: newId(), createdAt: now };
    return { answer: added, puts: { paymentMethods: [added] } };
  },
};
