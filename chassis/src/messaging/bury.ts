import type { ServiceName } from '@souk/contracts/services';
import { deadLetterTopic } from '@souk/contracts/topics';
import type { LogMessage } from '../log/event-log.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { DecisionContext, UseCase } from '../writer/use-case.ts';
import { withOwn, type OwnChanges } from '../writer/with-own.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Characters of a message's value its dead-letter event repeats; the table keeps all of them. */
const VALUE_LIMIT = 262_144;

export interface Failure {
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds; now when it failed at once */
  readonly firstFailedAt?: number;
}

/** What makes a message a dead letter: the row that waits for a person, and the event that tells of it. */
export function burial(
  service: ServiceName,
  { message, cause, attempts, firstFailedAt }: Failure,
  { now, newId }: DecisionContext,
): Required<Pick<OwnChanges, 'puts' | 'events'>> {
  const letter: DeadLetter = {
    id: newId(),
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
  const data = {
    ...message,
    value: message.value.slice(0, VALUE_LIMIT),
    cause,
    attempts,
    firstFailedAt: new Date(letter.firstFailedAt).toISOString(),
    lastFailedAt: new Date(now).toISOString(),
  };
  const event = { type: deadLetterTopic(service), key: message.key, stream: letter.id, version: 1, data };
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
