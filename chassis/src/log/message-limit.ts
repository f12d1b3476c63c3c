import type { LogMessage } from './event-log.ts';
import { EventLogError } from './event-log-error.ts';

/** Bytes of key, value and headers (as JSON) together. Kafka's default is the same figure. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** The message's bytes. Throws EventLogError `message-too-large`; every engine refuses the same messages. */
export function messageBytes({ topic, key, value }: LogMessage, headersJson: string): number {
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(value) + Buffer.byteLength(headersJson);
  if (bytes <= MESSAGE_LIMIT) return bytes;
  const subject = `topic ${topic}, key ${key.slice(0, 100)}`;
  throw new EventLogError('message-too-large', `${subject}: ${bytes} bytes exceed the limit of ${MESSAGE_LIMIT}`);
}
