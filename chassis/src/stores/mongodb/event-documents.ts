import { type Filter, MaxKey } from 'mongodb';
import type { StoredEvent } from '../../engine/writer/writer-store.ts';

/** `context` is JSON text, like `data`, so that it is read back as it was written, whatever names its fields have. */
export interface EventDocument extends Omit<StoredEvent, 'lane' | 'seq' | 'context'> {
  readonly _id: { readonly lane: string; readonly seq: number };
  readonly context: string;
}

export function eventToDocument({ lane, seq, context, ...event }: StoredEvent): EventDocument {
  return { _id: { lane, seq }, ...event, context: JSON.stringify(context) };
}

export function eventOf({ _id: { lane, seq }, context, ...event }: EventDocument): StoredEvent {
  return { lane, seq, ...event, context: JSON.parse(context) };
}

/** The events of a lane after `seq`; the order of `_id` is that of the lane. */
export function eventsAfter(lane: string, seq: number): Filter<EventDocument> {
  const range: unknown = { $gt: { lane, seq }, $lt: { lane, seq: new MaxKey() } };
  return { _id: range as EventDocument['_id'] };
}
