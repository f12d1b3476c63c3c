import type { EventAttributes } from './event-headers.ts';
import type { EventData, Topic } from './topics.ts';

/** An event in memory: CloudEvents 1.0 attributes, Souk's extensions, and the data of its topic. */
export interface EventEnvelope<T extends Topic = Topic> extends EventAttributes<T> {
  readonly data: EventData<T>;
}

/** Every event there is, as a union that narrows on `type`. */
export type AnyEvent = { [T in Topic]: EventEnvelope<T> }[Topic];
