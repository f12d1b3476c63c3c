import type { LogMessage } from '@souk/contracts/log-message';
import { faultSource, type Report } from '../telemetry/report.ts';

export type { LogMessage };

/** The port to the event log: an ordered, durable, partitioned log with consumer groups and at-least-once delivery. */
export interface EventLog {
  /**
   * Resolves when all messages are durable, in the given order per topic and key. Rejects with `MessagesRefusedError`
   * when some of them are too large ever to be accepted; all the others are durable then. After any other rejection some may be.
   */
  send(messages: readonly LogMessage[]): Promise<void>;
  /** A new group starts at the beginning of every topic; members of one group share the partitions. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /**
   * Passes every message of the topics, from the first to the present end, to `see` in batches, each partition in order; the
   * next batch comes when `see` has resolved. Moves no group's offsets. On an unsteady network messages may be repeated.
   * Rejects with what `see` rejects with, or with the signal's reason.
   */
  replay(topics: readonly string[], see: SeeReplayed, signal: AbortSignal): Promise<void>;
  /** Throws when the log cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface ReceivedMessage extends LogMessage {
  /** Counted from 0 within the topic. */
  readonly partition: number;
  /** A decimal number that grows within the partition; gaps are allowed. */
  readonly offset: string;
  /** Time at which the log accepted it, in epoch milliseconds. */
  readonly timestamp: number;
}

export interface SubscribeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called with the next messages of one partition, in order; there is one call per partition at a time.
   * The group's offset moves past them when it resolves; when it rejects, the same messages come again after a
   * back-off. Two groups get the same message object, so it must not be changed.
   * The signal fires when the partition is taken away; messages not settled by then go to the next owner.
   */
  handle(messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void>;
}

/** The receiver of the messages, kept whole so that `handle` runs as its method. */
export type Subscriber = Pick<SubscribeOptions, 'handle'>;

export interface Subscription {
  /**
   * Resolves when no handler of this subscription runs any more, or a running one has used up its time: 4 s on Kafka, 10 s in the
   * embedded log (`handlerLimitMs`).
   */
  close(): Promise<void>;
}

/** `total`: number of messages in the topics when the replay began. */
export type SeeReplayed = (messages: readonly ReceivedMessage[], total: number) => Promise<void>;

export interface TopicDeclaration {
  readonly name: string;
  readonly partitions: number;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
}

/** A handler's rejection; its messages come again. */
export interface HandlerFailure {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first message in the rejected call. */
  readonly offset: string;
  /** 1 for the first rejection in a row. */
  readonly attempt: number;
  readonly error: unknown;
}

/** Reports the rejected calls of an event log. The handler has already reported the messages concerned. */
export function messagesComeAgain(report: Report): (failure: HandlerFailure) => void {
  const consumer = faultSource(report, 'consumer');
  return ({ error, ...where }) => consumer.failed(error, 'a handler failed; its messages come again', where);
}

export type EventLogErrorCode =
  | 'connection-closed'
  | 'damaged'
  | 'data-in-use'
  | 'earlier-version'
  | 'later-version'
  | 'log-closed'
  | 'log-unavailable'
  | 'message-too-large'
  | 'open-transaction'
  | 'partitions-changed'
  | 'topics-differ'
  | 'unknown-topic'
  | 'unreadable-batch';

export class EventLogError extends Error {
  override readonly name = 'EventLogError';
  readonly code: EventLogErrorCode;

  constructor(code: EventLogErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
