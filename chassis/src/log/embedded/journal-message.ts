import type { LogMessage, ReceivedMessage } from '../event-log.ts';
import type { Partition } from '../topic.ts';

/** A message that is within the limits and assigned to a partition, before the commit. */
export interface PlacedMessage {
  readonly partition: Partition;
  readonly message: LogMessage;
  readonly headersJson: string;
  /** Size of key, value and headers together. */
  readonly bytes: number;
}

/** The same after the commit. */
export interface CommittedMessage {
  readonly partition: Partition;
  readonly id: number;
  readonly received: ReceivedMessage;
}
