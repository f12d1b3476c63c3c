import type { LogMessage } from './event-log.ts';
import { EventLogError } from './event-log-error.ts';
import type { PlacedMessage } from './journal-message.ts';
import { messageBytes } from './message-limit.ts';
import { partitionOf } from './partition-of.ts';
import { partitionsOf, type TopicTable } from './topic-table.ts';

/** Refuses what the log cannot take before anything is queued. */
export function placeMessage(topics: TopicTable, message: LogMessage): PlacedMessage {
  const partitions = partitionsOf(topics, message.topic);
  const headersJson = JSON.stringify(message.headers);
  messageBytes(message, headersJson);
  const partition = partitions[partitionOf(message.key, partitions.length)];
  if (partition === undefined) throw new EventLogError('unknown-topic', `Topic ${message.topic} has no partitions`);
  return { partition, message, headersJson };
}
