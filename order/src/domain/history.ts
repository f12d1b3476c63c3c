import type { OrderStatus } from '@souk/contracts/saga';
import type { SagaMessageType } from './saga-table.ts';

/** What led to an entry of an order's history. */
export type HistoryCause =
  | { readonly name: 'POST /orders' }
  | { readonly name: 'deadline' }
  | { readonly name: 'cancellation'; readonly note?: string }
  | { readonly name: 'ship' | 'deliver' }
  /** `at`: when the account was deleted, epoch milliseconds; absent where the timeline has said so before, or does not know. */
  | { readonly name: 'user.deleted'; readonly at?: number }
  /** `at`: when the other service said so, epoch milliseconds; `by`: what had led that service to it. */
  | { readonly name: SagaMessageType; readonly at: number; readonly by: string | null };

/** Stored beside the event, as small as it can be: from and to are absent when the state stayed. */
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
  /** Notes are not. */
  readonly published: boolean;
  /** epoch milliseconds */
  readonly at: number;
  /** Id of the message that led here. */
  readonly causationId: string | null;
}
