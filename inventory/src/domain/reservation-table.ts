import type { ReservationStatus } from '@souk/contracts/saga';

export type ReservationState = 'none' | ReservationStatus;

/** The messages of an order that inventory answers. */
export type OrderMessage = 'order.created' | 'order.completed' | 'order.cancelled';

/**
 * - reserve: hold all pieces or refuse all
 * - commit: the held pieces leave
 * - release: the held pieces are free again
 * - restock: the pieces that had left come back
 * - tombstone: nothing is held yet; record the cancellation, so that a late `order.created` holds nothing
 * - ignore: already answered, or no longer of any effect
 * - anomaly: cannot happen if all parties are correct; nothing changes and a person has to look
 */
export type Rule =
  | { readonly kind: 'reserve' | 'commit' | 'release' | 'restock' | 'tombstone' }
  | { readonly kind: 'ignore' | 'anomaly'; readonly because: string };

const reserve: Rule = { kind: 'reserve' };
const commit: Rule = { kind: 'commit' };
const release: Rule = { kind: 'release' };
const restock: Rule = { kind: 'restock' };
const tombstone: Rule = { kind: 'tombstone' };
const ignore = (because: string): Rule => ({ kind: 'ignore', because });
const anomaly = (because: string): Rule => ({ kind: 'anomaly', because });

const again = ignore('this was answered before');
const over = ignore('cancellation wins and is final');

/** Effect of each message on the reservation of its order, in every state. */
export const RESERVATION_TABLE: Readonly<Record<ReservationState, Readonly<Record<OrderMessage, Rule>>>> = {
  none: {
    'order.created': reserve,
    'order.completed': anomaly('order.completed for an order that reserved nothing'),
    'order.cancelled': tombstone,
  },
  reserved: {
    'order.created': again,
    'order.completed': commit,
    'order.cancelled': release,
  },
  refused: {
    'order.created': again,
    'order.completed': anomaly('order.completed for an order whose stock was refused'),
    'order.cancelled': ignore('nothing was held'),
  },
  committed: {
    'order.created': again,
    'order.completed': again,
    'order.cancelled': restock,
  },
  released: { 'order.created': over, 'order.completed': over, 'order.cancelled': over },
  restocked: { 'order.created': over, 'order.completed': over, 'order.cancelled': over },
  cancelled: { 'order.created': over, 'order.completed': over, 'order.cancelled': over },
};
