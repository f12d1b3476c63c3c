import type { ServiceName } from '@souk/contracts/services';
import { deadLetterTopic } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { DecisionContext, UseCase } from '../writer/use-case.ts';
import { withOwn, type OwnChanges } from '../writer/with-own.ts';
import { cutMessage } from './cut-message.ts';
import type { DeadLetter } from './dead-letter.ts';
import { toldMessage } from './told-message.ts';

/** Characters; what is found wrong may quote what was sent. */
const CAUSE_LIMIT = 2000;

export interface Failure {
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds; now when it failed at once */
  readonly firstFailedAt?: number;
}

/** Which letter it becomes; default: a new one, of a message that was not handled. */
type Identity = Pick<DeadLetter, 'id' | 'kind'>;

/**
 * Makes a message a dead letter: a row that keeps all bytes and waits for a person, and an event that tells everybody,
 * without what may be personal and never too large for the log.
 */
export function burial(
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

/** For what cannot even be read. */
export function bury<C extends ChassisCollections>(service: ServiceName): UseCase<C, Failure, void> {
  return {
    name: 'bury',
    keys: () => ({}),
    decide: (failure, _world, context) => withOwn<C, void, never>({ answer: undefined }, burial(service, failure, context)),
  };
}
