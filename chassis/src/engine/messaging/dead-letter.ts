import type { ServiceName } from '@souk/contracts/services';
import { deadLetterTopic } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';
import { type ChassisCollections, type OwnChanges, withOwn } from '../writer/chassis-collections.ts';
import type { DecisionContext, UseCase } from '../writer/use-case.ts';
import { cutMessage, toldMessage } from './dead-letter-message.ts';

/**
 * - `unhandled`: a message from the log that this service could not handle
 * - `unsent`: an event of this service that the log refused for good
 */
export const DEAD_LETTER_KINDS = ['unhandled', 'unsent'] as const;
export const DEAD_LETTER_STATUSES = ['dead', 'redriven', 'discarded'] as const;

/** A message that was given up, with its original bytes. It waits until an operator redrives it or discards it with a reason. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: (typeof DEAD_LETTER_KINDS)[number];
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  readonly status: (typeof DEAD_LETTER_STATUSES)[number];
  /** epoch milliseconds; null while dead */
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
  /** the reason for a discard */
  readonly resolution: string | null;
}

/** Characters; an error text may quote what was sent. */
const CAUSE_LIMIT = 2000;

export interface Failure {
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds; default: now, for a message that failed at once */
  readonly firstFailedAt?: number;
}

/** Id and kind of the dead letter; default: a new id, kind `unhandled`. */
type Identity = Pick<DeadLetter, 'id' | 'kind'>;

/**
 * Makes a message a dead letter: a row that keeps all bytes and waits for an operator, and an event that announces it, without
 * personal data and never too large for the log.
 */
export function newDeadLetter(
  service: ServiceName,
  { message, attempts, firstFailedAt, ...failure }: Failure,
  { now, newId }: DecisionContext,
  { id, kind }: Identity = { id: newId(), kind: 'unhandled' },
): Required<Pick<OwnChanges, 'puts' | 'events'>> {
  const cause = failure.cause.slice(0, CAUSE_LIMIT);
  const letter: DeadLetter = {
    id,
    kind,
    message,
    cause,
    attempts,
    firstFailedAt: firstFailedAt ?? now,
    lastFailedAt: now,
    status: 'dead',
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
  };
  const told = cutMessage(message, kind, toldMessage(message));
  const data = {
    ...told,
    kind,
    cause,
    attempts,
    firstFailedAt: new Date(letter.firstFailedAt).toISOString(),
    lastFailedAt: new Date(now).toISOString(),
  };
  const event = { type: deadLetterTopic(service), key: told.key, stream: letter.id, version: 1, data };
  return { puts: { deadLetters: [letter] }, events: [event] };
}

/** Records a dead letter at once: for a message that cannot be read, or that no retry can help. */
export function recordDeadLetter<C extends ChassisCollections>(service: ServiceName): UseCase<C, Failure, void> {
  return {
    name: 'record dead letter',
    keys: () => ({}),
    decide: (failure, _world, context) => withOwn<C, void, never>({ answer: undefined }, newDeadLetter(service, failure, context)),
  };
}
