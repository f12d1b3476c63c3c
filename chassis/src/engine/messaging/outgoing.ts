import { asOfToday, withValue } from '@souk/contracts/log-message';
import { eventSource, type ServiceName } from '@souk/contracts/services';
import { isTopic, TOPICS } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';
import { MESSAGE_LIMIT, messageBytes } from '../../log/message-limit.ts';
import { EventTooLargeError } from '../../input-errors.ts';
import type { StoredEvent } from '../writer/writer-store.ts';

/** Turns a row of the events table into a message for the log. */
export function outgoing(service: ServiceName, event: StoredEvent): LogMessage {
  if (!isTopic(event.type)) throw new Error(`event ${event.id} has no topic: ${event.type}`);
  const attributes = {
    id: event.id,
    type: event.type,
    source: eventSource(service),
    time: new Date(event.at).toISOString(),
    subject: event.key,
    schemaVersion: TOPICS[event.type].version,
    correlationId: event.correlationId,
    causationId: event.causationId,
    aggregateVersion: event.version,
    traceparent: event.traceparent,
  };
  // An earlier version may have written the row.
  return asOfToday(withValue(attributes, event.data));
}

/** Bytes for header names and for the values that we generate, which take less than 700. */
const OWN_HEADERS = 1024;
/** The most bytes one UTF-16 unit can take: as UTF-8, and in JSON, where it may be escaped. */
const BYTES_PLAIN = 3;
const BYTES_ESCAPED = 6;

/**
 * Throws `EventTooLargeError` for an event of the service that the log would refuse; the exact size is computed only if an
 * upper bound exceeds the limit. Also throws for an event that another service makes: receivers would refuse it.
 */
export function refuseUnsendable(service: ServiceName): (event: StoredEvent) => void {
  return (event) => {
    const { key, correlationId, causationId, data, type } = event;
    if (isTopic(type) && TOPICS[type].madeBy !== service) throw new Error(`${service} does not make ${type}`);
    // The key is sent twice, once among the headers.
    const ids = key.length * 2 + correlationId.length + (causationId?.length ?? 0);
    if (data.length * BYTES_PLAIN + ids * BYTES_ESCAPED + OWN_HEADERS <= MESSAGE_LIMIT) return;
    const message = outgoing(service, event);
    const size = messageBytes(message, JSON.stringify(message.headers));
    if (size > MESSAGE_LIMIT) throw new EventTooLargeError(event.type, size, MESSAGE_LIMIT);
  };
}
