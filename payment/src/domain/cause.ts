/** The cause of something that ends later: kept in its row, so that its end names it, whoever brings it about. */
export interface Cause {
  /** Id of the message; null: a request. */
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

/** As much of a cause as is kept. */
export function keptCause({ causationId, traceparent }: Cause): Cause {
  return { causationId, traceparent };
}
