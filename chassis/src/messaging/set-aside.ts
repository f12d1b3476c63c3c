import { deadLetterTopic } from '@souk/contracts/topics';
import type { ServiceName } from '@souk/contracts/services';
import type { RefusedMessage } from '../log/message-limit.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import { withOwn } from '../writer/with-own.ts';
import type { StoredEvent } from '../writer/writer-store.ts';
import { burial } from './bury.ts';

/** An event that was committed and that the log will never take, as it was to be sent. */
export interface Unsent extends RefusedMessage {
  readonly event: StoredEvent;
}

/**
 * Makes an event that cannot be sent a dead letter, so that its lane can go on. The letter has the event's id: done twice,
 * because a process died in between, it is still one letter. When the event tells of a dead letter itself, no other
 * is made to tell of that.
 */
export function setAside<C extends ChassisCollections>(service: ServiceName): UseCase<C, Unsent, void> {
  return {
    name: 'set aside',
    keys: ({ event }) => ({ deadLetters: [event.id] }),
    decide({ event: { id }, message, cause }, world, context) {
      if (world.get('deadLetters', id) !== undefined) return { answer: undefined };
      const { puts, events } = burial(service, { message, cause, attempts: 1 }, context, { id, kind: 'unsent' });
      const own = message.topic === deadLetterTopic(service) ? { puts } : { puts, events };
      return withOwn<C, void, never>({ answer: undefined }, own);
    },
  };
}
