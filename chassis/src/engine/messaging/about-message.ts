import type { EventAttributes } from '@souk/contracts/envelope';
import type { LogMessage } from '../../log/event-log.ts';
import { type About, traceIdOf } from '../../telemetry/report.ts';

/** Characters; the keys of our own messages are ids. */
const KEY_LIMIT = 100;

/** Log fields that identify a message. A message that cannot be read has only its key and topic. */
export function aboutMessage({ topic, key }: Pick<LogMessage, 'topic' | 'key'>, event?: Pick<EventAttributes, 'id' | 'traceparent'>): About {
  const about = { key: key.slice(0, KEY_LIMIT), topic };
  return event === undefined ? about : { ...about, messageId: event.id, ...traceIdOf(event.traceparent) };
}
