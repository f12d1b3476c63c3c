/** An HTTP answer as first given; a repeated request with the same Idempotency-Key gets it again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
