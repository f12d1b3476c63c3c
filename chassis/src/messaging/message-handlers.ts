import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { UseCase } from '../writer/use-case.ts';

/** Which use case answers which topic. */
export type MessageHandlers<C, Task> = {
  readonly [T in Topic]?: UseCase<C, EventEnvelope<T>, void, Task>;
};

export type AnyMessageHandler<C, Task> = UseCase<C, EventEnvelope, void, Task>;
