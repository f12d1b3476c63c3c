import { looked, type PaymentMethod } from '../domain/payment-method.ts';
import type { PaymentMessageHandler, PaymentUseCase } from './payment-use-case.ts';

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

/** Removes a payment method for its owner only. Payments in progress keep what they need. Answers false when there is no such method. */
export const removePaymentMethod: PaymentUseCase<{ readonly id: string; readonly userId: string }, boolean> = {
  name: 'remove payment method',
  keys: ({ id }) => ({ paymentMethods: [id] }),
  decide({ id, userId }, world) {
    if (world.get('paymentMethods', id)?.userId !== userId) return { answer: false };
    return { answer: true, removes: { paymentMethods: [id] } };
  },
};

/** From now on no personal data of this user is kept; a job finds and erases what is already there. */
export const eraseUser: PaymentMessageHandler<'user.deleted'> = {
  name: 'erase user',
  keys: ({ data: { userId } }) => ({ erasedUsers: [userId] }),
  decide({ data: { userId } }, world, { now }) {
    if (world.get('erasedUsers', userId) !== undefined) return { answer: undefined };
    return { answer: undefined, puts: { erasedUsers: [{ userId, erasedAt: now, dueAt: now }] } };
  },
};

interface FoundMethods {
  readonly userId: string;
  readonly ids: readonly string[];
  /** false: there may be more of them. */
  readonly foundAll: boolean;
}

/** Removes the payment methods that were found for a deleted user. */
export const erasePaymentMethods: PaymentUseCase<FoundMethods, void> = {
  name: 'erase payment methods',
  keys: ({ userId, ids }) => ({ erasedUsers: [userId], paymentMethods: ids }),
  decide({ userId, ids, foundAll }, world, { now }) {
    const user = world.get('erasedUsers', userId);
    if (user === undefined) throw new Error(`user ${userId} was not deleted`);
    return { answer: undefined, removes: { paymentMethods: ids }, puts: { erasedUsers: [looked(user, { foundAll, now })] } };
  },
};
