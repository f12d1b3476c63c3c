import type { StoredAnswer } from '../../stored-answer.ts';

/**
 * The row of a user's Idempotency-Key: small, found by a hash, without any content of request or answer. Rows of one period are
 * stored together, and a whole period is deleted at once (ADR 61).
 */
export interface AnswerKey {
  /** number of the period in which it was decided; with the hash, the primary key */
  readonly period: number;
  /** 32 hex digits, of scope and Idempotency-Key */
  readonly hash: string;
  /** 32 hex digits, of the request */
  readonly fingerprint: string;
  /** UUID of the entity that the answer shows, or of the kept answer */
  readonly place: string;
}

/** The whole answer to a request, where it cannot be made again from what is stored. */
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

/**
 * The form in which a database keeps answers. It is raised by at most one step, once no process of a version that knows only
 * the lower form is left: neighbouring forms share a table, so the second of two equal keys is refused there.
 */
export type AnswerForm = 0 | 1 | 2;

/** Whole answers, found by their own hash: the only form that versions before ADR 61 know. */
export const WHOLE_ANSWERS = 0;
/** Both forms. */
export const BOTH_FORMS = 1;
/** Keys that lead to a place. */
export const KEYED_ANSWERS = 2;

/** Twelve hours: a key is known for a whole day plus the rest of the period in which it arrived. */
export const PERIOD_MS = 43_200_000;

/** Periods searched before and after the present one: a database's clock may be set back. */
export const PERIODS_BACK = 2;
export const PERIODS_AHEAD = 1;

/**
 * Milliseconds. Two transactions that decide on one key at once may fall into two periods. This close to the end or the
 * beginning of a period, each also puts a row into the neighbouring one, where they meet. No transaction stays open for five
 * minutes: MySQL ends one of a silent process after 12 s and a lock wait after 3 s, MongoDB ends any after a minute, and SQLite
 * runs one at a time.
 */
export const MEETING_MS = 300_000;

export const periodOf = (at: number): number => Math.floor(at / PERIOD_MS);

/** Periods in which an unexpired key may be found. */
export const periodsAt = (at: number): readonly number[] =>
  Array.from({ length: PERIODS_BACK + 1 + PERIODS_AHEAD }, (_, back) => periodOf(at) + PERIODS_AHEAD - back);

/** The neighbouring period in which another transaction may be deciding now. */
export function neighbourAt(at: number): number | undefined {
  const within = at - periodOf(at) * PERIOD_MS;
  if (within < MEETING_MS) return periodOf(at) - 1;
  return within >= PERIOD_MS - MEETING_MS ? periodOf(at) + 1 : undefined;
}

/** The last period whose keys have all expired, by any clock that is less than `MEETING_MS` ahead. */
export const lastPeriodOver = (now: number): number => periodOf(now - MEETING_MS) - PERIODS_BACK - 1;
