import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { Cause } from '../../cause.ts';
import type { LogMessage } from '../../log/event-log.ts';
import type { Decision, DecisionContext, UseCase, World } from '../writer/use-case.ts';
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

export function handledBy<C, Task>(decision: Decision<C, unknown, Task>): Reception {
  return changesNothing(decision) ? IGNORED : APPLIED;
}

/** The cause of everything that handling this event leads to. */
export function causedBy(event: EventEnvelope): Cause {
  return { correlationId: event.correlationId, causationId: event.id, traceparent: event.traceparent };
}

/** True when the handler left everything as it was: the message was handled before, or comes too late to matter. */
export function changesNothing<C, Task>({ puts, removes, events = [], tasks = [] }: Decision<C, unknown, Task>): boolean {
  return [puts, removes].every(isEmpty) && events.length === 0 && tasks.length === 0;
}

function isEmpty(named: Readonly<Record<string, readonly unknown[] | undefined>> = {}): boolean {
  return Object.values(named).every((some = []) => some.length === 0);
}
