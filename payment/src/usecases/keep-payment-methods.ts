import type { PaymentMethod } from '../domain/payment-method.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

type NewPaymentMethod = Omit<PaymentMethod, 'id' | 'createdAt'>;

export type Addition =
  | { readonly kind: 'added'; readonly method: PaymentMethod }
  | { readonly kind: 'too-many'; readonly limit: number }
  /** The owner was deleted. */
  | { readonly kind: 'gone' };

/** A customer has at most `limit` methods, however many processes they send requests to at once. */
export function addPaymentMethod(limit: number): PaymentUseCase<NewPaymentMethod, Addition> {
  return {
    name: 'add payment method',
    keys: ({ userId }) => ({ erasedUsers: [userId], customers: [userId] }),
    decide(method, world, { now, newId }) {
      const { userId } = method;
      if (world.get('erasedUsers', userId) !== undefined) return { answer: { kind: 'gone' } };
      const owner = world.get('customers', userId) ?? { id: userId, hasRow: false, methods: 0 };
      if (owner.methods >= limit) return { answer: { kind: 'too-many', limit } };
      const added = { ...method, id: newId(), createdAt: now };
      return { answer: { kind: 'added', method: added }, puts: { paymentMethods: [added], customers: [{ ...owner, methods: owner.methods + 1 }] } };
    },
  };
}
