import type { DeadLetter } from './dead-letter.ts';
import type { ParkedMessage, WaitingKey } from './parking.ts';

/** One lane as operators see it. */
export interface LaneStatus {
  readonly lane: string;
  readonly lastSeq: number;
  readonly publishedSeq: number;
  readonly leaseExpired: boolean;
  /** epoch milliseconds of the oldest event that is not in the log yet */
  readonly oldestUnsentAt: number | null;
}

/** Counting stops here. */
export const COUNT_LIMIT = 1000;

/** Messages that are listed for one parked key: thousands can wait behind it. */
export const SHOWN_MESSAGES = 20;

/** Counts: dead letters up to `COUNT_LIMIT` of each status, the keys of as many parked messages. */
export interface MessageCounts {
  readonly parkedKeys: number;
  readonly deadLetters: Readonly<Record<DeadLetter['status'], number>>;
}

/** Which dead letters; what is not named may be anything. */
export interface LetterFilter extends Partial<Pick<DeadLetter, 'kind' | 'status'>> {
  readonly topic?: string;
  /** The whole key of the message. */
  readonly key?: string;
  /** The beginning of the cause. */
  readonly cause?: string;
}

/** The last of all characters, which no cause of ours has: up to it is everything that begins alike. */
export const LAST_CHARACTER = '\u{10FFFF}';

/** What is read of parked messages, dead letters and lanes outside of transactions. */
export interface MessageReads {
  lanes(): Promise<readonly LaneStatus[]>;
  /** Heads of keys whose next attempt is due, the longest waiting first: `limit` at most, and as many as fit into one call. */
  dueParked(limit: number): Promise<readonly { readonly key: string; readonly head: ParkedMessage }[]>;
  /** Ordered by key; `after` is the last key of the page before. */
  parked(after: string | null, limit: number): Promise<readonly WaitingKey[]>;
  /** What letters take in memory, without loading them: of as many as `deadLetters` would answer. */
  deadLetterSizes(before: string | null, limit: number, which?: LetterFilter): Promise<readonly { readonly size: number }[]>;
  /** Newest first; `before` is the last id of the page before. */
  deadLetters(before: string | null, limit: number, which?: LetterFilter): Promise<readonly DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetter | undefined>;
  counts(): Promise<MessageCounts>;
  /** Forgets answers kept for Idempotency-Keys; answers how many were removed. */
  forgetAnswers(olderThan: number, limit: number): Promise<number>;
  /** Forgets the keys that led to them, up to this period; answers how many were found, `limit` at most. */
  forgetAnswerKeys(lastPeriod: number, limit: number): Promise<number>;
  /** Forgets all answers to these users: what they sent may be in them. */
  forgetAnswersTo(owners: readonly string[], limit: number): Promise<number>;
}
