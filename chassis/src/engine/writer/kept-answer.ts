import type { StoredAnswer } from '../../stored-answer.ts';

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
