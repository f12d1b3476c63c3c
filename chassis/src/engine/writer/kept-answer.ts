/** An HTTP answer as it was first given; what a repeated request with the same Idempotency-Key gets again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface KeptAnswer {
  /** UUIDv7, which its key leads to; before ADR 61 the hash of scope (user and route) and Idempotency-Key */
  readonly id: string;
  /** whose it is: what they sent may be in it, and goes when they go; empty: kept by an earlier version */
  readonly owner: string;
  /** of the request's body */
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
  /** epoch milliseconds */
  readonly at: number;
}
