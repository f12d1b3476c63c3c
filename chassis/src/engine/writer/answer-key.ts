/**
 * What an Idempotency-Key of somebody leads to: a thin row that is found by a hash and holds nothing of what was asked or answered.
 * Rows of one period lie together, and a whole period goes at once (ADR 61).
 */
export interface AnswerKey {
  /** number of the period in which it was decided: the row's place, with the hash */
  readonly period: number;
  /** 32 hex digits, of scope and Idempotency-Key */
  readonly hash: string;
  /** 32 hex digits, of the request */
  readonly fingerprint: string;
  /** UUID of what the answer shows, or of the kept answer */
  readonly place: string;
}

/**
 * How a database keeps answers. It goes up by one at most, when no process of a version that knows only the lower one is left:
 * neighbours meet in one table, so the second of two equal keys is refused there.
 */
export type AnswerForm = 0 | 1 | 2;

/** Whole answers, found by their own hash: all that versions before ADR 61 know. */
export const WHOLE_ANSWERS = 0;
/** Both. */
export const BOTH_FORMS = 1;
/** Keys that lead to a place. */
export const KEYED_ANSWERS = 2;

/** Twelve hours: a key is known for a whole day, and the rest of the period in which it came. */
export const PERIOD_MS = 43_200_000;

/** Before the present period, and after it: clocks of databases are set back. */
export const PERIODS_BACK = 2;
export const PERIODS_AHEAD = 1;

/**
 * Two that decide on one key at once may find themselves in two periods. So close to the end of a period, or to its beginning, each
 * puts a row into the other one too, where they meet. No transaction stays open for five minutes: MySQL ends one of a silent process
 * after 12 s and a wait for a lock after 3, MongoDB ends any after a minute, and on SQLite there is one at a time.
 */
export const MEETING_MS = 300_000;

export const periodOf = (at: number): number => Math.floor(at / PERIOD_MS);

/** In which a key may be found that is not over. */
export const periodsAt = (at: number): readonly number[] =>
  Array.from({ length: PERIODS_BACK + 1 + PERIODS_AHEAD }, (_, back) => periodOf(at) + PERIODS_AHEAD - back);

/** The neighbouring period in which somebody else may be deciding at this moment. */
export function neighbourAt(at: number): number | undefined {
  const within = at - periodOf(at) * PERIOD_MS;
  if (within < MEETING_MS) return periodOf(at) - 1;
  return within >= PERIOD_MS - MEETING_MS ? periodOf(at) + 1 : undefined;
}

/** All keys of this period and of those before are over, by any clock that is less than `MEETING_MS` ahead. */
export const lastPeriodOver = (now: number): number => periodOf(now - MEETING_MS) - PERIODS_BACK - 1;
