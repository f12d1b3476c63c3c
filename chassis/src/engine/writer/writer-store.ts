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
  /** False for notes, which are history only. */
  readonly published: boolean;
  readonly key: string;
  readonly stream: string;
  readonly version: number;
  /** epoch milliseconds, the database's clock */
  readonly at: number;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** JSON text, serialised once: the row, the message to the log and its size are made from it. */
  readonly data: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Maximum data read from the events table at once, in UTF-16 units. */
export const EVENTS_SIZE = 4 * 1024 * 1024;

export const eventSize = ({ data }: Pick<StoredEvent, 'data'>): number => data.length;

/** The lease of one running process on its part of the events table. */
export interface Lane {
  readonly name: string;
  readonly owner: string;
  /** Increases with every take-over; a process whose epoch is no longer the row's can write nothing. */
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

/** Two live processes have been given the same name. */
export class LaneInUseError extends Error {
  readonly code = 'lane-in-use';
  constructor(readonly lane: string) {
    super(`another process that is alive runs under the name ${lane}: give each an INSTANCE of its own`);
    this.name = 'LaneInUseError';
  }
}

/** The changes that one transaction writes. */
export interface Changes<C> extends EntityChanges<C> {
  readonly events: readonly StoredEvent[];
}

export interface Batch<C extends Collections> {
  readonly keys: Keys<C>;
  /** Keys found to be needed once `keys` are loaded. */
  moreKeys(world: LoadedWorld<C>): Keys<C>;
  /** Called with everything loaded and locked. If it throws, the transaction is rolled back. */
  decide(world: LoadedWorld<C>, now: number, lastSeq: number, answerForm: AnswerForm): Changes<C>;
}

export interface TakingLane {
  /** longest remainder of another owner's lease at which the lane is taken; 0: only when it is over; Infinity: at once, whoever has it */
  readonly leftMs: number;
  readonly leaseMs: number;
}

/**
 * The furthest ahead that a lease may end. One that ends later was given by a clock that has been set back since (a correction,
 * another primary), proves nothing, and counts as expired. An owner that still has it renews it within a third of the lease.
 */
export const leaseLimitMs = (leaseMs: number): number => 2 * leaseMs;

/** The store in which a writer settles its batches: the service's own tables, the events table and the lanes, in one database. */
export interface WriterStore<C extends Collections> {
  /** False: no other process can have this database open, so any earlier owner of a lane is gone. */
  readonly isShared: boolean;
  /**
   * Takes a lane that is new, is already the owner's, or has no more than `leftMs` left of its lease (`leaseLimitMs`);
   * undefined: another process has it.
   */
  takeLane(name: string, owner: string, options: TakingLane): Promise<TakenLane | undefined>;
  /** Names of lanes that hold unsent events and whose lease, of `leaseMs`, has expired. */
  abandonedLanes(leaseMs: number): Promise<readonly string[]>;
  /** Settles a batch in one transaction and renews the lease. Throws `LaneLostError` or `StorageError`. Returns the lane after it. */
  settle(lane: Lane, publishedSeq: number, leaseMs: number, batch: Batch<C>): Promise<Lane>;
  /** The lane's row, read once every transaction sent on it has ended, including those whose answer was lost. */
  readLane(name: string): Promise<Lane | undefined>;
  /** Events of a lane after `afterSeq`, in order: at most `limit` and no more than `EVENTS_SIZE`, but always one. */
  readEvents(lane: string, afterSeq: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The history of one aggregate, by version. */
  readStream(stream: string): Promise<readonly StoredEvent[]>;
}
