import type { LogMessage } from '../../log/event-log.ts';

/** A message as it came from the log, kept because its handler failed, or because one before it with the same key did. */
export interface ParkedMessage {
  /** Place within its key; the lowest is the head, the one that is tried again. */
  readonly position: number;
  readonly message: LogMessage;
  readonly attempts: number;
  readonly cause: string;
  /** epoch milliseconds */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  /** epoch milliseconds; only the head's counts */
  readonly nextAttemptAt: number;
}

/** Its place in line. A store may leave the message itself where it is: many can wait, and each be large. */
export type WaitingMessage = Omit<ParkedMessage, 'message'> & Partial<Pick<ParkedMessage, 'message'>>;

/** Everything that waits for one message key. A key with nothing waiting is not there. */
export interface ParkedKey {
  readonly key: string;
  /** by position */
  readonly messages: readonly WaitingMessage[];
}

/** The same as operators see it. */
export interface WaitingKey {
  readonly key: string;
  /** the first `SHOWN_MESSAGES` */
  readonly messages: readonly (Omit<ParkedMessage, 'message'> & Pick<LogMessage, 'topic'>)[];
  /** Others wait behind these. */
  readonly more: boolean;
}
