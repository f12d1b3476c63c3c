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
 * A cell of a saga's table: the answer to one message in one state.
 * - step: the function that decides, given the state, the message and the surroundings
 * - ignore: already answered, or no longer of any effect
 * - anomaly: cannot happen if all parties are correct; nothing changes and a person has to look
 */
export type Rule<Given> =
  | { readonly kind: 'step'; readonly step: (given: Given) => Outcome }
  | { readonly kind: 'ignore' | 'anomaly'; readonly because: string };

/** The result of a rule. */
export function outcomeOf<Given>(rule: Rule<Given>, given: Given): Outcome {
  switch (rule.kind) {
    case 'step':
      return rule.step(given);
    case 'ignore':
      return ignored(rule.because);
    case 'anomaly':
      return { kind: 'anomaly', because: rule.because };
    default:
      return rule satisfies never;
  }
}

export function step<Given>(decide: (given: Given) => Outcome): Rule<Given> {
  return { kind: 'step', step: decide };
}

export function ignore(because: string): Rule<unknown> {
  return { kind: 'ignore', because };
}

export function anomaly(because: string): Rule<unknown> {
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
