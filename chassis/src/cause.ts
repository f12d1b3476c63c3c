/** The cause of an input; copied onto every event the input leads to. */
export interface Cause {
  /** Ties together everything that belongs to one business action; default: the event's key. */
  readonly correlationId?: string;
  /** Id of the message that led here; null for an outside command. */
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

export const NO_CAUSE: Cause = { causationId: null, traceparent: null };
