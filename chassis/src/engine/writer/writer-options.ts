import type { Collections } from './use-case.ts';
import type { Lane, StoredEvent, WriterStore } from './writer-store.ts';
import type { Report } from '../../telemetry/report.ts';
import type { TimeSource } from '../../time-source.ts';

/** Where committed events go next. */
export interface Outbox {
  /** In the order of their numbers, right after their commit. */
  offer(events: readonly StoredEvent[]): void;
  /** Everything up to here is sent; stored with the next transaction. */
  readonly publishedSeq: number;
}

export interface WriterOptions<C extends Collections, Task> {
  readonly store: WriterStore<C>;
  /** The lane's name: the same after every restart of this instance, another for every instance. */
  readonly lane: string;
  /** Tells this process from an earlier one on the same lane: the same with every try to take it. Default: a new id. */
  readonly owner?: string;
  readonly newId: () => string;
  /** Most inputs one transaction settles. */
  readonly batchLimit?: number;
  /**
   * Milliseconds between the starts of two transactions at least, and the longest that somebody who is awaited waits for a
   * transaction to begin; an idle writer starts at once. All other inputs wait eight times as long at most, where so many
   * come that it is worth a transaction.
   */
  readonly paceMs: number;
  readonly time?: TimeSource;
  /** Inputs that may wait; more are refused. */
  readonly queueLimit?: number;
  /** Of these, inputs of use cases that can wait. */
  readonly patientLimit?: number;
  readonly leaseMs?: number;
  runTask(task: Task): void;
  /** Who sends the lane's events on; asked once, when the lane is taken. */
  outbox(lane: Lane): Outbox;
  /** The lane is ours again after somebody else had it, who may have written to it. */
  retaken?(lane: Lane): void;
  /** Throws `EventTooLargeError` for an event that the log will not take; the input that leads to it fails then. */
  refuseUnsendable?(event: StoredEvent): void;
  batchSettled?(inputs: number, ms: number): void;
  /** A batch is decided again, because another process had changed what this one remembered. */
  decidedAgain?(): void;
  readonly report: Report;
}
