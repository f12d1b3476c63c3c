import type { AnyEvent } from '@souk/contracts/envelope';
import { toLogMessage } from '@souk/contracts/log-message';
import type { ServiceName } from '@souk/contracts/services';
import { isTopic, TOPICS } from '@souk/contracts/topics';
import type { LogMessage } from '../log/event-log.ts';
import type { StoredEvent } from '../writer/writer-store.ts';

/** A row of the events table as it goes to the log. */
export function outgoing(service: ServiceName, event: StoredEvent): LogMessage {
  if (!isTopic(event.type)) throw new Error(`event ${event.id} has no topic: ${event.type}`);
  return toLogMessage({
    id: event.id,
    type: event.type,
    source: `/souk/${service}`,
    time: new Date(event.at).toISOString(),
    subject: event.key,
    schemaVersion: TOPICS[event.type].version,
    correlationId: event.correlationId,
    causationId: event.causationId,
    aggregateVersion: event.version,
    traceparent: event.traceparent,
    data: event.data,
  } as AnyEvent);
}
