/** The service takes no more inputs now; nothing was applied and the caller may come again. */
export class OverloadedError extends Error {
  readonly code = 'overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super('too much is waiting; try again later');
    this.name = 'OverloadedError';
  }
}

/** The writer has stopped; nothing was applied. */
export class WriterClosedError extends Error {
  readonly code = 'writer-closed';
  constructor() {
    super('the service is stopping');
    this.name = 'WriterClosedError';
  }
}
