import type { EventData } from '@souk/contracts/topics';
import type { GatewayTask } from './gateway-call.ts';
import type { Cause, Payment, Refund } from './payment.ts';

type PublishedBy = 'payment.completed' | 'payment.failed' | 'payment.refunded';

type PaymentEvent = { [T in PublishedBy]: { readonly type: T; readonly data: EventData<T> } }[PublishedBy];

/** A history entry that no other service acts on. */
interface PaymentNote {
  readonly note: 'payment.voided' | 'payment.captured_late' | 'refund.requested' | 'refund.failed';
  readonly context: Readonly<Record<string, unknown>>;
}

export type HistoryEntry = PaymentEvent | PaymentNote;

/** The result of a message. */
export type Outcome =
  | { readonly kind: 'ignored'; readonly because: string }
  /** Cannot happen if all parties are correct. */
  | { readonly kind: 'anomaly'; readonly because: string }
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

/**
 * A saga's table: state -> message -> step. `Cases` has the case of every pair, so a table with a gap is rejected; `Decisions` are
 * the functions by name.
 */
export type Table<Cases, Decisions> = { readonly [S in keyof Cases]: { readonly [M in keyof Cases[S]]: Step<Cases[S][M], Decisions> } };

type Step<Case, Decisions> =
  /** The decision of this name is taken; only one that takes the case fits. */
  | { readonly [K in keyof Decisions]: Decisions[K] extends (given: Case) => Outcome ? { readonly kind: K } : never }[keyof Decisions]
  /** A duplicate or late message: nothing happens and nothing is stored. */
  | { readonly kind: 'ignore'; readonly because: string }
  /** Cannot happen if all parties are correct: nothing changes, and a person has to look. */
  | { readonly kind: 'anomaly'; readonly because: string };

export function ignore(because: string): { readonly kind: 'ignore'; readonly because: string } {
  return { kind: 'ignore', because };
}

export function anomaly(because: string): { readonly kind: 'anomaly'; readonly because: string } {
  return { kind: 'anomaly', because };
}

export function ignored(because: string): Outcome {
  return { kind: 'ignored', because };
}

export function changed(
  payment: Payment,
  { refunds = [], history = [], tasks = [] }: Partial<Pick<Changed, 'refunds' | 'history' | 'tasks'>> = {},
): Changed {
  return {
    kind: 'changed',
    payment: history.length === 0 ? payment : { ...payment, version: payment.version + history.length },
    refunds,
    history,
    tasks,
  };
}
