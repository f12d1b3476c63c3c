/**
 * The service takes no more inputs now, or the database did not answer in time. Only a transaction that was in flight by then
 * can still apply the input. The caller may retry.
 */
export class OverloadedError extends Error {
  readonly code = 'overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super('too much is waiting; try again later');
    this.name = 'OverloadedError';
  }
}

/** The writer has stopped; nothing was applied, unless a transaction with the input was in flight. */
export class WriterClosedError extends Error {
  readonly code = 'writer-closed';
  constructor() {
    super('the service is stopping');
    this.name = 'WriterClosedError';
  }
}

/** The decision's event is larger than the log takes; nothing was applied. */
export class EventTooLargeError extends Error {
  readonly code = 'event-too-large';
  constructor(
    readonly type: string,
    /** Bytes of key, headers and value together. */
    readonly size: number,
    readonly limit: number,
  ) {
    super(`the event ${type} would have ${size} bytes; the limit is ${limit}`);
    this.name = 'EventTooLargeError';
  }
}
