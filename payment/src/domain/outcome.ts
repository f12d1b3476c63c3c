import type { EventData } from '@souk/contracts/topics';
import type { Cause } from './cause.ts';
import type { GatewayTask } from './gateway-call.ts';
import type { Payment } from './payment.ts';
import type { Refund } from './refund.ts';

type PublishedBy = 'payment.completed' | 'payment.failed' | 'payment.refunded';

export type PaymentEvent = { [T in PublishedBy]: { readonly type: T; readonly data: EventData<T> } }[PublishedBy];

/** A history entry that no other service acts on. */
export interface PaymentNote {
  readonly note: 'payment.voided' | 'payment.captured_late' | 'refund.requested' | 'refund.failed';
  readonly context: Readonly<Record<string, unknown>>;
}

export type HistoryEntry = PaymentEvent | PaymentNote;

/** The result of a message. */
export type Outcome =
  | { readonly kind: 'ignored'; readonly because: string }
  /** Cannot happen if all parties are correct. */
  | { readonly kind: 'anomaly'; readonly cause: string }
  | Changed;

export interface Changed {
  readonly kind: 'changed';
  /** with the version that it has after `history` */
  readonly payment: Payment;
  readonly refunds: readonly Refund[];
  readonly history: readonly HistoryEntry[];
  readonly tasks: readonly GatewayTask[];
}

/** All that a decision may know besides state and message. */
export interface Surroundings {
  /** epoch milliseconds */
  readonly now: number;
  readonly newId: () => string;
  /** The cause of whatever follows from the message. */
  readonly cause: Cause;
}

export function changed(
  payment: Payment,
  { refunds = [], history = [], tasks = [] }: Partial<Pick<Changed, 'refunds' | 'history' | 'tasks'>>,
): Changed {
  return {
    kind: 'changed',
    payment: history.length === 0 ? payment : { ...payment, version: payment.version + history.length },
    refunds,
    history,
    tasks,
  };
}

export function ignored(because: string): () => Outcome {
  return () => ({ kind: 'ignored', because });
}

export function anomaly(cause: string): () => Outcome {
  return () => ({ kind: 'anomaly', cause });
}
