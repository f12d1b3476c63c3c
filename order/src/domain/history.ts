import type { OrderStatus } from '@souk/contracts/saga';
import type { SagaMessageType } from './order-saga.ts';

/** The cause of an entry in an order's history. */
export type HistoryCause =
  | { readonly name: 'POST /orders' }
  | { readonly name: 'deadline' }
  | { readonly name: 'cancellation'; readonly note?: string }
  | { readonly name: 'ship' | 'deliver' }
  /** `at`: when the account was deleted, epoch milliseconds; absent where the timeline already says so, or the time is not known. */
  | { readonly name: 'user.deleted'; readonly at?: number }
  /** `at`: when the other service said so, epoch milliseconds; `by`: id of the message that caused it there. */
  | { readonly name: SagaMessageType; readonly at: number; readonly by: string | null };

/** Stored with the event, kept as small as possible: from and to are absent when the state stayed. */
export type HistoryContext = {
  readonly from?: OrderStatus;
  readonly to?: OrderStatus;
  readonly reason?: string;
  readonly cause: HistoryCause;
};

export interface HistoryEntry extends HistoryContext {
  /** Id of the event. */
  readonly id: string;
  /** Topic, or the name of a note. */
  readonly name: string;
  /** False for notes. */
  readonly published: boolean;
  /** epoch milliseconds */
  readonly at: number;
  /** Id of the message that caused this entry. */
  readonly causationId: string | null;
}
