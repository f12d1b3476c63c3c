/** What an input was caused by; goes onto every event it leads to. */
export interface Cause {
  /** Ties everything of one business action together; default: the event's key. */
  readonly correlationId?: string;
  /** Id of the message that led here; null for an outside command. */
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

export const NO_CAUSE: Cause = { causationId: null, traceparent: null };
