import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { OrderCollections } from '../storage/order-store.ts';

/** Records a deleted user. Their data is erased later, in rounds: there may be any number of orders. */
export const rememberErasure: UseCase<OrderCollections, EventEnvelope<'user.deleted'>, void> = {
  name: 'remember erasure',
  keys: ({ data }) => ({ erasedUsers: [data.userId] }),
  decide({ id, traceparent, data: { userId, deletedAt } }, world, { now }) {
    if (world.get('erasedUsers', userId) !== undefined) return { answer: undefined };
    const user = { id: userId, erasedAt: now, deletedAt: Date.parse(deletedAt), toldBy: id, traceparent };
    return { answer: undefined, puts: { erasedUsers: [user] } };
  },
};
