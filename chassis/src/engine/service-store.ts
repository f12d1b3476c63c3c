import type { CommittedReads } from './committed-tail.ts';
import type { EndedAccessReads } from './ended-access.ts';
import type { DeadLetter } from './messaging/dead-letter.ts';
import type { ParkedMessage, WaitingKey } from './messaging/parking.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import type { Collections } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';

/** The store that the chassis needs, on any database engine. A service adds its own reads. */
export interface ServiceStore<C extends Collections> {
  readonly writing: WriterStore<C & ChassisCollections>;
  readonly messages: MessageReads;
  readonly endedAccess: EndedAccessReads;
  readonly committed: CommittedReads;
  /** Brings the schema up to date; returns the names of the steps done. */
  migrate(): Promise<readonly string[]>;
  /** The names of the steps that `migrate` would do. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Throws when the database cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Reads of parked messages, dead letters and lanes outside of transactions. */
export interface MessageReads {
  lanes(): Promise<readonly LaneStatus[]>;
  /** Heads of keys whose next attempt is due, the longest waiting first: at most `limit`, and no more than fit into one call. */
  dueParked(limit: number): Promise<readonly { readonly key: string; readonly head: ParkedMessage }[]>;
  /** Ordered by key; `after` is the last key of the page before. */
  parked(after: string | null, limit: number): Promise<readonly WaitingKey[]>;
  /** Sizes in memory of the dead letters that `deadLetters` would return, without loading them. */
  deadLetterSizes(before: string | null, limit: number, which?: LetterFilter): Promise<readonly { readonly size: number }[]>;
  /** Newest first; `before` is the last id of the page before. */
  deadLetters(before: string | null, limit: number, which?: LetterFilter): Promise<readonly DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetter | undefined>;
  /** Of the newest letters of a status how they failed, newest first; neither keys nor bodies are read. */
  letterFailures(status: DeadLetter['status'], limit: number): Promise<readonly LetterFailure[]>;
  counts(): Promise<MessageCounts>;
  /** Number of committed events that are not in the log yet, of all lanes but this one, as their rows say. */
  unsentBesides(lane: string): Promise<number>;
  /** Deletes answers kept for Idempotency-Keys; returns how many were removed. */
  forgetAnswers(olderThan: number, limit: number): Promise<number>;
  /** Deletes the keys that led to them, of all periods up to this one; returns how many were found, at most `limit`. */
  forgetAnswerKeys(lastPeriod: number, limit: number): Promise<number>;
  /** Deletes all answers to these users, as they may contain what the users sent. */
  forgetAnswersTo(owners: readonly string[], limit: number): Promise<number>;
}

/** One lane as operators see it. */
export interface LaneStatus {
  readonly lane: string;
  readonly lastSeq: number;
  readonly publishedSeq: number;
  readonly leaseExpired: boolean;
  /** epoch milliseconds of the oldest event that is not in the log yet */
  readonly oldestUnsentAt: number | null;
}

/** Counts stop at this number. */
export const COUNT_LIMIT = 1000;

/** Maximum number of messages listed for one parked key: thousands can wait there. */
export const SHOWN_MESSAGES = 20;

/** Dead letters, up to `COUNT_LIMIT` of each status, and the keys of at most `COUNT_LIMIT` parked messages. */
export interface MessageCounts {
  readonly parkedKeys: number;
  readonly deadLetters: Readonly<Record<DeadLetter['status'], number>>;
}

/** The failure of a dead letter; its cause has at most 2,000 characters. */
export type LetterFailure = Pick<DeadLetter, 'kind' | 'cause' | 'lastFailedAt'> & Pick<DeadLetter['message'], 'topic'>;

/** Filter for dead letters; an absent field matches anything. */
export interface LetterFilter extends Partial<Pick<DeadLetter, 'kind' | 'status'>> {
  readonly topic?: string;
  /** The whole key of the message. */
  readonly key?: string;
  /** The beginning of the cause. */
  readonly cause?: string;
}

/** The highest code point, which none of our causes contains: the upper bound of a prefix search. */
export const LAST_CHARACTER = '\u{10FFFF}';
