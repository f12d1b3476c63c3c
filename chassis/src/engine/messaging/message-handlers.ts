import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { Cause } from '../../cause.ts';
import type { LogMessage } from '../../log/event-log.ts';
import type { Collections, Decision, DecisionContext, UseCase, World } from '../writer/use-case.ts';
import type { OwnChanges } from '../writer/chassis-collections.ts';

export interface MessageHandler<C, Event, Task> extends UseCase<C, Event, void, Task> {
  /** Changes that are made even though the message has to wait for an earlier one of its key; handling it later must be harmless. */
  whileWaiting?(event: Event, world: World<C>, context: DecisionContext): OwnChanges['puts'];
}

/** The use case that handles each topic. */
export type MessageHandlers<C, Task> = {
  readonly [T in Topic]?: MessageHandler<C, EventEnvelope<T>, Task>;
};

export type AnyMessageHandler<C, Task> = MessageHandler<C, EventEnvelope, Task>;

/** A message as received, and the event read from it. */
export interface Incoming {
  readonly message: LogMessage;
  readonly event: EventEnvelope;
}

/** `anomaly`: the message is a dead letter now. `parked`: it waits behind an earlier one with the same key. */
export type Reception =
  | { readonly how: 'handled'; readonly hasChanged: boolean }
  | { readonly how: 'parked' }
  | { readonly how: 'anomaly'; readonly cause: string };

/** The message was handled, and there was nothing to do. */
export const IGNORED: Reception = { how: 'handled', hasChanged: false };
const APPLIED: Reception = { how: 'handled', hasChanged: true };

export type Changes = Pick<Decision<Collections, unknown>, 'puts' | 'removes' | 'events'>;

export function handledBy(changes: Changes): Reception {
  return hasChanges(changes) ? APPLIED : IGNORED;
}

/** False when the message was handled before, or comes too late to matter. */
export function hasChanges({ puts, removes, events }: Changes): boolean {
  return (events !== undefined && events.length > 0) || namesAny(puts) || namesAny(removes);
}

function namesAny(lists: Readonly<Record<string, readonly unknown[] | undefined>> | undefined): boolean {
  for (const name in lists) if ((lists[name]?.length ?? 0) > 0) return true;
  return false;
}

/** The cause of everything that handling this event leads to. */
export function causedBy(event: EventEnvelope): Cause {
  return { correlationId: event.correlationId, causationId: event.id, traceparent: event.traceparent };
}
