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

export type Trigger = SagaMessage | CancelRequest | { readonly type: 'deadline' };
