import type { LogMessage } from '@souk/chassis/log/event-log';
import { toLogMessage } from '@souk/contracts/log-message';
import { ADDRESS } from './ordering.ts';
import { type EventData, type Topic, TOPICS } from '@souk/contracts/topics';

/** An event as its service would send it. */
export function message<T extends Topic>(type: T, key: string, data: EventData<T>, aggregateVersion = 1): LogMessage {
  return toLogMessage({
    id: Bun.randomUUIDv7(),
    type,
    source: `/souk/${TOPICS[type].madeBy}`,
    time: new Date().toISOString(),
    subject: key,
    schemaVersion: TOPICS[type].version,
    correlationId: key,
    causationId: null,
    aggregateVersion,
    traceparent: null,
    data,
  });
}

/** The same envelope around something that nobody can read. */
export function poisoned(sound: LogMessage): LogMessage {
  return { ...sound, value: '{"orderId": ', headers: { ...sound.headers, ce_id: Bun.randomUUIDv7() } };
}

/** An `order.completed` as version 1 told it: with the address, which nothing keeps any more. */
export function ofVersion1(completed: LogMessage): LogMessage {
  const data = JSON.parse(completed.value) as object;
  return { ...completed, value: JSON.stringify({ ...data, shippingAddress: ADDRESS }), headers: { ...completed.headers, ce_schemaversion: '1' } };
}
