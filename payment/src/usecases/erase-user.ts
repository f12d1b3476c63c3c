import type { PaymentMessageHandler } from './payment-use-case.ts';

/** From now on no personal data of this user is kept; a job finds and erases what is already there. */
export const eraseUser: PaymentMessageHandler<'user.deleted'> = {
  name: 'erase user',
  keys: ({ data: { userId } }) => ({ erasedUsers: [userId] }),
  decide({ data: { userId } }, world, { now }) {
    if (world.get('erasedUsers', userId) !== undefined) return { answer: undefined };
    return { answer: undefined, puts: { erasedUsers: [{ userId, erasedAt: now, dueAt: now }] } };
  },
};
