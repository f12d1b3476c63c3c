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
