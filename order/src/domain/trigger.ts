import type { EventData } from '@souk/contracts/topics';
import type { SagaMessageType } from './order-saga.ts';

/** A message from another service about an order. */
export type SagaMessage = {
  [T in SagaMessageType]: { readonly type: T; readonly data: EventData<T> };
}[SagaMessageType];

export interface CancelRequest {
  readonly type: 'cancel';
  readonly reason: 'cancelled_by_customer' | 'cancelled_by_staff';
}

/** The order's customer was deleted; `at`: time of the decision about it, epoch milliseconds. */
export interface Departure {
  readonly type: 'user.deleted';
  readonly at: number;
}

/** Facts that reach an order as messages. */
export type News = SagaMessage | Departure;

export type Trigger = News | CancelRequest | { readonly type: 'deadline' };
