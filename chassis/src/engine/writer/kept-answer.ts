import type { StoredAnswer } from '../../stored-answer.ts';

export interface KeptAnswer {
  /** UUIDv7 to which the key leads; before ADR 61 the hash of scope (user and route) and Idempotency-Key */
  readonly id: string;
  /** id of the user it belongs to; it may contain what they sent and is deleted with them; empty: kept by an earlier version */
  readonly owner: string;
  /** of the request's body */
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
  /** epoch milliseconds */
  readonly at: number;
}
