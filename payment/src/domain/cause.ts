/** The cause of something that ends later. It is kept in the row, so that the end names it, whoever brings it about. */
export interface Cause {
  /** Id of the message; null: a request. */
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

/** The part of a cause that is kept. */
export function keptCause({ causationId, traceparent }: Cause): Cause {
  return { causationId, traceparent };
}
