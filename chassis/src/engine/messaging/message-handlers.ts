import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { DecisionContext, UseCase, World } from '../writer/use-case.ts';
import type { OwnChanges } from '../writer/with-own.ts';

export interface MessageHandler<C, Event, Task> extends UseCase<C, Event, void, Task> {
  /** Changes that are made even though the message has to wait for an earlier one of its key; handling it later must be harmless. */
  whileWaiting?(event: Event, world: World<C>, context: DecisionContext): OwnChanges['puts'];
}

/** The use case that handles each topic. */
export type MessageHandlers<C, Task> = {
  readonly [T in Topic]?: MessageHandler<C, EventEnvelope<T>, Task>;
};

export type AnyMessageHandler<C, Task> = MessageHandler<C, EventEnvelope, Task>;
