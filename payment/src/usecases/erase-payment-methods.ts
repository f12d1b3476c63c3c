import { looked } from '../domain/erased-user.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

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
