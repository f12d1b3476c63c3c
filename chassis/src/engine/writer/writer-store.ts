import type { AnswerForm } from './answer-key.ts';
import type { EntityChanges, LoadedWorld } from './loaded-world.ts';
import type { Collections, Keys } from './use-case.ts';

/** A row of the events table: history and outbox in one. Primary key (lane, seq); append-only. */
export interface StoredEvent {
  readonly lane: string;
  readonly seq: number;
  readonly id: string;
  /** Event type (= topic), or the name of a note. */
  readonly type: string;
  /** Notes are history only. */
  readonly published: boolean;
  readonly key: string;
  readonly stream: string;
  readonly version: number;
  /** epoch milliseconds, the database's clock */
  readonly at: number;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** JSON text, written once: the row, the message to the log and its size are made of it. */
  readonly data: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The most that is read of the events table at once, in UTF-16 units of the events' data. */
export const EVENTS_SIZE = 4 * 1024 * 1024;

export const eventSize = ({ data }: Pick<StoredEvent, 'data'>): number => data.length;

/** The lease of one running process on its part of the events table. */
export interface Lane {
  readonly name: string;
  readonly owner: string;
  /** Grows with every take-over; a process whose epoch is not the row's any more can write nothing. */
  readonly epoch: number;
  readonly lastSeq: number;
  /** Everything up to here is in the log. */
  readonly publishedSeq: number;
  /** Counts settled transactions: tells whether a commit with a lost answer took place. */
  readonly transactions: number;
}

export interface TakenLane extends Lane {
  /** epoch milliseconds, the database's clock */
  readonly takenAt: number;
}

export class LaneLostError extends Error {
  readonly code = 'lane-lost';
  constructor(lane: string) {
    super(`lane ${lane} has another owner now`);
    this.name = 'LaneLostError';
  }
}

/** Two processes that are alive have been given one name. */
export class LaneInUseError extends Error {
  readonly code = 'lane-in-use';
  constructor(readonly lane: string) {
    super(`another process that is alive runs under the name ${lane}: give each an INSTANCE of its own`);
    this.name = 'LaneInUseError';
  }
}

/** What one transaction writes. */
export interface Changes<C> extends EntityChanges<C> {
  readonly events: readonly StoredEvent[];
}

export interface Batch<C extends Collections> {
  readonly keys: Keys<C>;
  /** What turns out to be needed when `keys` are loaded. */
  moreKeys(world: LoadedWorld<C>): Keys<C>;
  /** Called with everything loaded and locked. Throws: the transaction is rolled back. */
  decide(world: LoadedWorld<C>, now: number, lastSeq: number, answerForm: AnswerForm): Changes<C>;
}

export interface TakingLane {
  /** 0: when its lease is over; Infinity: at once, whoever has it */
  readonly leftMs: number;
  readonly leaseMs: number;
}

/**
 * How far ahead a lease may end at most: one that ends later was given by a clock that has been set back since (a correction,
 * another primary), says nothing, and counts as over. Whoever has it all the same renews it within a third of it.
 */
export const leaseLimitMs = (leaseMs: number): number => 2 * leaseMs;

/** Where a writer settles its batches: the service's own tables, the events table and the lanes, in one database. */
export interface WriterStore<C extends Collections> {
  /** False: no other process can have this database open, so whoever had a lane before is gone. */
  readonly isShared: boolean;
  /** Takes a new lane, the owner's own, or one of whose lease no more than `leftMs` is left (`leaseLimitMs`); undefined: somebody has it. */
  takeLane(name: string, owner: string, options: TakingLane): Promise<TakenLane | undefined>;
  /** Names of lanes whose lease, of so many milliseconds, ran out and that hold unsent events. */
  abandonedLanes(leaseMs: number): Promise<readonly string[]>;
  /** One transaction; renews the lease. Throws `LaneLostError` or `StorageError`. Answers the lane after it. */
  settle(lane: Lane, publishedSeq: number, leaseMs: number, batch: Batch<C>): Promise<Lane>;
  /** The lane's row as it is when every transaction on it that was sent has ended, also those whose answer was lost. */
  readLane(name: string): Promise<Lane | undefined>;
  /** Events of a lane after `afterSeq`, in order: `limit` at most, and no more than `EVENTS_SIZE`, but always one. */
  readEvents(lane: string, afterSeq: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The history of one aggregate, by version. */
  readStream(stream: string): Promise<readonly StoredEvent[]>;
}
