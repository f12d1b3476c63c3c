import type { EventEnvelope } from '@souk/contracts/envelope';
import { asOfToday } from '@souk/contracts/log-message';
import type { ServiceName } from '@souk/contracts/services';
import type { LogMessage } from '../../log/event-log.ts';
import { MESSAGE_LIMIT, messageBytes, type RefusedMessage, tooLarge } from '../../log/message-limits.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import { storedEvent } from '../writer/decide-batch.ts';
import type { UseCase } from '../writer/use-case.ts';
import { type NotDead, notDead, outcomeOf, type Redriven, type StillDead } from './dead-letter.ts';
import { type AnyMessageHandler, causedBy } from './message-handlers.ts';
import { refuseUnsendable } from './outgoing.ts';

export type Trial = { readonly kind: 'tried'; readonly outcome: Redriven } | NotDead | StillDead;

/**
 * Decides what a redrive would decide, on the same entities, and then changes nothing: no row, no event, no task. Throws what the
 * handler throws, and `EventTooLargeError` for an event that the log would not take. Only what a database finds out when it is
 * written to stays untried.
 */
export function tryRedrive<C extends ChassisCollections, Task>(
  service: ServiceName,
  handler: AnyMessageHandler<C, Task>,
): UseCase<C, { readonly id: string; readonly event: EventEnvelope }, Trial> {
  const refuse = refuseUnsendable(service);
  return {
    name: 'try redrive',
    keys: ({ id, event }) => ({ ...handler.keys(event), deadLetters: [id] }),
    ...(handler.moreKeys && { moreKeys: ({ event }, world) => handler.moreKeys?.(event, world) ?? {} }),
    decide({ id, event }, world, context) {
      const letter = world.get('deadLetters', id);
      if (letter?.status !== 'dead') return notDead(letter);
      const cause = causedBy(event);
      const decision = handler.decide(event, world, { ...context, cause });
      if (decision.anomaly !== undefined) return { answer: { kind: 'still-dead', cause: decision.anomaly } };
      const events = (decision.events ?? []).map((each) => storedEvent(each, NOWHERE, decision.cause ?? cause, context));
      for (const each of events) if (each.published) refuse(each);
      return { answer: { kind: 'tried', outcome: outcomeOf(decision) } };
    },
  };
}

/** No lane: the events are never stored. */
const NOWHERE = { lane: '', seq: 0 };

/** The refusal that every log would answer; undefined: there is none, though a broker may take less than every log. */
export function refusalOf(stored: LogMessage): RefusedMessage | undefined {
  const message = asOfToday(stored);
  const bytes = messageBytes(message, JSON.stringify(message.headers));
  return bytes > MESSAGE_LIMIT ? tooLarge(message, bytes) : undefined;
}
