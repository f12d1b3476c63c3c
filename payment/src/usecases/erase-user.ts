import type { PaymentMessageHandler } from './payment-use-case.ts';

/** From now on nothing is kept of this person; what is there is looked for by a job. */
export const eraseUser: PaymentMessageHandler<'user.deleted'> = {
  name: 'erase user',
  keys: ({ data: { userId } }) => ({ erasedUsers: [userId] }),
  decide({ data: { userId } }, world, { now }) {
    if (world.get('erasedUsers', userId) !== undefined) return { answer: undefined };
    return { answer: undefined, puts: { erasedUsers: [{ userId, erasedAt: now, dueAt: now }] } };
  },
};
