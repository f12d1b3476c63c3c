import type { LogMessage } from '@souk/contracts/log-message';

/** The port to the event log: an ordered, durable, partitioned log with consumer groups, at-least-once. */

export type { LogMessage };

export interface ReceivedMessage extends LogMessage {
  /** Counted from 0 within the topic. */
  readonly partition: number;
  /** A decimal number that grows within the partition; gaps are allowed. */
  readonly offset: string;
  /** When the log took it, epoch milliseconds. */
  readonly timestamp: number;
}

export interface Subscription {
  /** Resolves when no handler of this subscription runs any more; a handler is given 7 s at least. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Gets the next messages of one partition in order, never two calls of one partition at a time.
   * The group's offset moves past them when it resolves; when it rejects, the same messages come again after a
   * back-off. Between two groups a message is the same object: it must not be changed.
   * The signal fires when the partition is taken away; what is not settled then goes to the next owner.
   */
  handle(messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void>;
}

/** `total`: how many messages the topics had when the replay began. */
export type SeeReplayed = (messages: readonly ReceivedMessage[], total: number) => Promise<void>;

/** Who gets the messages, kept whole so that `handle` runs as its method. */
export type Subscriber = Pick<SubscribeOptions, 'handle'>;

export interface EventLog {
  /**
   * Resolves when all are durable. The order per topic and key is the order given. Rejects with `MessagesRefusedError`
   * when some of them are too large for good; then all the others are durable. After any other rejection some may be.
   */
  send(messages: readonly LogMessage[]): Promise<void>;
  /** A new group starts at the beginning of every topic; members of one group share the partitions. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /**
   * Shows every message of the topics from the first to the present end, a batch at a time, each partition in order; the
   * next batch comes when `see` has resolved. Moves no group's offsets. On an unsteady network messages may come again.
   * Rejects with what `see` rejects with, or with the signal's reason.
   */
  replay(topics: readonly string[], see: SeeReplayed, signal: AbortSignal): Promise<void>;
  /** Throws when the log cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}
