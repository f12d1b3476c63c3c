import type { OrderStatusEvent, TimelineEntry } from '@souk/contracts/http/order';
import type { OrderPaymentStatus, OrderReason, OrderStatus } from '@souk/contracts/saga';
import { TOPICS } from '@souk/contracts/topics';
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

/**
 * An order's history for people: each entry follows its cause, so the events of other services stand where Order received them. Entries are only ever
 * added at the end, so every `seq` stays the same.
 */
export function timelineOf(history: readonly HistoryEntry[]): TimelineEntry[] {
  return history
    .flatMap((entry) => [...causeOf(entry), itself(entry)])
    .map((entry, index) => ({ seq: index + 1, ...entry }));
}

const NOTHING = { from: null, to: null, reason: null, eventId: null, causationId: null };

type Untimed = Omit<TimelineEntry, 'seq'>;

function causeOf({ cause, at, causationId }: HistoryEntry): Untimed[] {
  switch (cause.name) {
    case 'POST /orders':
      return [];
    case 'user.deleted': {
      if (cause.at === undefined) return [];
      return [{ ...NOTHING, at: utc(cause.at), service: TOPICS[cause.name].madeBy, name: cause.name, kind: 'event', eventId: causationId }];
    }
    case 'deadline':
    case 'ship':
    case 'deliver':
      return [{ ...NOTHING, at: utc(at), service: 'order', kind: 'decision', name: cause.name }];
    case 'cancellation':
      return [
        { ...NOTHING, at: utc(at), service: 'order', kind: 'decision', name: cause.name, reason: cause.note ?? null },
      ];
    default: {
      const said = { at: utc(cause.at), service: TOPICS[cause.name].madeBy, name: cause.name };
      return [{ ...NOTHING, ...said, kind: 'event', eventId: causationId, causationId: cause.by }];
    }
  }
}

function itself({ id, name, published, at, causationId, from, to, reason }: HistoryEntry): Untimed {
  return {
    at: utc(at),
    service: 'order',
    kind: published ? 'event' : 'note',
    name,
    from: from ?? null,
    to: to ?? null,
    reason: reason ?? null,
    eventId: published ? id : null,
    causationId,
  };
}

function utc(at: number): string {
  return new Date(at).toISOString();
}

export function isTerminal(status: OrderStatus): boolean {
  return status === 'completed' || status === 'rejected' || status === 'cancelled';
}

/** Every state that an order has entered, oldest first; `seq` is its place in the timeline. `paymentStatus`: the current one. */
export function statusEvents(
  orderId: string,
  history: readonly HistoryEntry[],
  paymentStatus: OrderPaymentStatus,
): OrderStatusEvent[] {
  const moves = timelineOf(history).flatMap(({ seq, at, from, to, reason }) =>
    to === null ? [] : [{ seq, at, from, to, reason: reason as OrderReason | null }],
  );
  return moves.map(({ seq, at, from, to, reason }, index) => {
    const paid = index === moves.length - 1 ? paymentStatus : paymentStatusAt(from, to, reason);
    return { orderId, status: to, reason, paymentStatus: paid, seq, at };
  });
}

/** Payment status known when an order entered a state that it has left since. */
function paymentStatusAt(from: OrderStatus | null, to: OrderStatus, reason: OrderReason | null): OrderPaymentStatus {
  switch (to) {
    case 'placed':
    case 'rejected':
      return 'none';
    case 'awaiting_payment':
      return 'pending';
    case 'completed':
      return 'paid';
    case 'cancelled':
      if (reason === 'payment_declined') return 'failed';
      return from === 'completed' ? 'paid' : 'none';
    default:
      return to satisfies never;
  }
}
