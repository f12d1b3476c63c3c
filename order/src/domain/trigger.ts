import type { EventData } from '@souk/contracts/topics';
import type { SagaMessageType } from './saga-table.ts';

/** What another service says about an order. */
export type SagaMessage = {
  [T in SagaMessageType]: { readonly type: T; readonly data: EventData<T> };
}[SagaMessageType];

export interface CancelRequest {
  readonly type: 'cancel';
  readonly reason: 'cancelled_by_customer' | 'cancelled_by_staff';
}

/** Its customer has left the shop; `at`: when that is decided on, epoch milliseconds. */
export interface Departure {
  readonly type: 'user.deleted';
  readonly at: number;
}

/** News that reach an order as messages. */
export type News = SagaMessage | Departure;

export type Trigger = News | CancelRequest | { readonly type: 'deadline' };
