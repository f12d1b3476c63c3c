/** An HTTP answer as it was first given; what a repeated request with the same Idempotency-Key gets again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
