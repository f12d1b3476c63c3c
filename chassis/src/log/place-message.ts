import type { LogMessage } from './event-log.ts';
import { EventLogError } from './event-log-error.ts';
import type { PlacedMessage } from './journal-message.ts';
import { partitionOf } from './partition-of.ts';
import { partitionsOf, type TopicTable } from './topic-table.ts';

/** Bytes of key, value and headers (as JSON) together. Kafka's default is the same figure. */
const MESSAGE_LIMIT = 1024 * 1024;
/** UTF-8 needs at most three bytes per UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Refuses what the log cannot take before anything is queued. */
export function placeMessage(topics: TopicTable, message: LogMessage): PlacedMessage {
  const partitions = partitionsOf(topics, message.topic);
  const headersJson = JSON.stringify(message.headers);
  const units = message.key.length + message.value.length + headersJson.length;
  if (units * BYTES_PER_UNIT > MESSAGE_LIMIT) assertSize(message, headersJson);
  const partition = partitions[partitionOf(message.key, partitions.length)];
  if (partition === undefined) throw new EventLogError('unknown-topic', `Topic ${message.topic} has no partitions`);
  return { partition, message, headersJson };
}

function assertSize({ topic, key, value }: LogMessage, headersJson: string): void {
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(value) + Buffer.byteLength(headersJson);
  if (bytes <= MESSAGE_LIMIT) return;
  const subject = `topic ${topic}, key ${key.slice(0, 100)}`;
  throw new EventLogError('message-too-large', `${subject}: ${bytes} bytes exceed the limit of ${MESSAGE_LIMIT}`);
}
