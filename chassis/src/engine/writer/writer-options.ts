import type { Collections } from './use-case.ts';
import type { Lane, StoredEvent, WriterStore } from './writer-store.ts';
import type { Report } from '../../telemetry/report.ts';
import type { TimeSource } from '../../time-source.ts';

/** Receiver of committed events. */
export interface Outbox {
  /** Called in order of the events' numbers, right after their commit. */
  offer(events: readonly StoredEvent[]): void;
  /** Everything up to here is sent; stored with the next transaction. */
  readonly publishedSeq: number;
}

export interface WriterOptions<C extends Collections, Task> {
  readonly store: WriterStore<C>;
  /** The lane's name: the same after every restart of this instance, different for every instance. */
  readonly lane: string;
  /** Tells this process from an earlier one on the same lane; the same in every try to take it. Default: a new id. */
  readonly owner?: string;
  readonly newId: () => string;
  /** Maximum number of inputs that one transaction settles. */
  readonly batchLimit?: number;
  /**
   * Minimum milliseconds between the starts of two transactions, and the longest that an awaited input waits for one to begin;
   * an idle writer starts at once. All other inputs wait at most eight times as long, if enough arrive to make it worth a
   * transaction.
   */
  readonly paceMs: number;
  readonly time?: TimeSource;
  /** Maximum number of waiting inputs; commands beyond it are refused. */
  readonly queueLimit?: number;
  /** Maximum number of these from use cases that can wait. */
  readonly patientLimit?: number;
  readonly leaseMs?: number;
  runTask(task: Task): void;
  /** Creates the outbox that sends the lane's events on; called once, when the lane is taken. */
  outbox(lane: Lane): Outbox;
  /** The lane has been taken back from another process, which may have written to it. */
  retaken?(lane: Lane): void;
  /** Throws `EventTooLargeError` for an event that the log will not take; the input that leads to it then fails. */
  refuseUnsendable?(event: StoredEvent): void;
  batchSettled?(inputs: number, ms: number): void;
  /** A batch is decided again because another process had changed entities that this one remembered. */
  decidedAgain?(): void;
  readonly report: Report;
}
