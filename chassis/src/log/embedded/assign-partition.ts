import type { LogMessage } from '../event-log.ts';
import { EventLogError } from '../event-log-error.ts';
import type { PlacedMessage } from './journal-message.ts';
import { MESSAGE_LIMIT, messageBytes, type RefusedMessage, tooLarge } from '../message-limits.ts';
import { partitionOf } from '../partitions.ts';
import { partitionsOf, type TopicTable } from './topic-table.ts';

/** Assigns a message to its partition, or refuses it as too large, before anything is queued. */
export function assignPartition(topics: TopicTable, message: LogMessage): PlacedMessage | RefusedMessage {
  const partitions = partitionsOf(topics, message.topic);
  const headersJson = JSON.stringify(message.headers);
  const bytes = messageBytes(message, headersJson);
  if (bytes > MESSAGE_LIMIT) return tooLarge(message, bytes);
  const partition = partitions[partitionOf(message.key, partitions.length)];
  if (partition === undefined) throw new EventLogError('unknown-topic', `Topic ${message.topic} has no partitions`);
  return { partition, message, headersJson, bytes };
}
