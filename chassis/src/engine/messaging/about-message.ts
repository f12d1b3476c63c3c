import type { EventAttributes } from '@souk/contracts/event-headers';
import type { LogMessage } from '../../log/event-log.ts';
import { type About, traceIdOf } from '../../telemetry/report.ts';

/** Characters; a key of ours is an id. */
const KEY_LIMIT = 100;

/** Fields by which a log line about a message is found. One that cannot be read has its key and topic only. */
export function aboutMessage({ topic, key }: Pick<LogMessage, 'topic' | 'key'>, event?: Pick<EventAttributes, 'id' | 'traceparent'>): About {
  const about = { key: key.slice(0, KEY_LIMIT), topic };
  return event === undefined ? about : { ...about, messageId: event.id, ...traceIdOf(event.traceparent) };
}
