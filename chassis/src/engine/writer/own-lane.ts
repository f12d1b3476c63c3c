import { faultSource, harmless, harmlessReport, type Report } from '../../telemetry/report.ts';
import type { FaultSource } from '../../telemetry/repeated-faults.ts';
import { StorageError } from '../../storage-error.ts';
import { batchOf, type DecidingOptions } from './decide-batch.ts';
import { type Input, refuseExpired } from './input-queue.ts';
import type { Collections } from './use-case.ts';
import { type Lane, LaneInUseError, LaneLostError, type StoredEvent, type WriterStore } from './writer-store.ts';

/** Receiver of committed events. */
interface Outbox {
  /** Called in order of the events' numbers, right after their commit. */
  offer(events: readonly StoredEvent[]): void;
  /** Everything up to here is sent; stored with the next transaction. */
  readonly publishedSeq: number;
}

export interface LaneOptions<C extends Collections> extends DecidingOptions {
  readonly store: WriterStore<C>;
  /** The lane's name: the same after every restart of this instance, different for every instance. */
  readonly lane: string;
  /** Tells this process from an earlier one on the same lane; the same in every try to take it. Default: a new id. */
  readonly owner?: string;
  readonly leaseMs?: number;
  /** Creates the outbox that sends the lane's events on; called once, when the lane is taken. */
  outbox(lane: Lane): Outbox;
  /** The lane has been taken back from another process, which may have written to it. */
  retaken?(lane: Lane): void;
  /** Told of the same events as the outbox, after it. */
  committed?(events: readonly StoredEvent[]): void;
  /** A batch is decided again because another process had changed entities that this one remembered. */
  decidedAgain?(): void;
  readonly report: Report;
}

/** Length of a lease; its owner renews it within a third. */
export const LEASE_MS = 5000;

/** The try after a stale one reads from the database, so this many in a row are a defect. */
const STALE_TRIES = 3;
const BACK_OFF_MS = [5, 20, 100, 300, 1000] as const;

/**
 * This process's lane and the transactions in it, of which the writer has one in flight. A failed transaction is repeated,
 * divided or looked up here, and a lane that another process has had is taken back.
 */
export class OwnLane<C extends Collections, Task> {
  readonly #options: LaneOptions<C>;
  readonly #leaseMs: number;
  readonly #outbox: Outbox;
  readonly #faults: FaultSource;
  #lane: Lane;
  #failure: unknown;
  #progressAt = -Infinity;
  #gaveUp = false;

  /** Throws `LaneInUseError` when another live process has the lane. */
  static async take<C extends Collections, Task>(options: LaneOptions<C>): Promise<OwnLane<C, Task>> {
    const { store, lane: name, newId, owner = newId(), leaseMs = LEASE_MS } = options;
    // A live owner would have renewed its lease by then.
    return new OwnLane(options, await takenLane(store, { name, owner, leaseMs, leftMs: leaseMs / 2 }));
  }

  private constructor(options: LaneOptions<C>, lane: Lane) {
    const { decidedAgain, report, leaseMs = LEASE_MS } = options;
    this.#options = { ...options, report: harmlessReport(report), ...(decidedAgain && { decidedAgain: harmless(decidedAgain) }) };
    this.#leaseMs = leaseMs;
    this.#faults = faultSource(report, 'writer');
    this.#lane = lane;
    this.#outbox = options.outbox(lane);
  }

  get current(): Lane {
    return this.#lane;
  }

  /** The error of the last transaction; undefined when it was settled. */
  get failure(): unknown {
    return this.#failure;
  }

  /** performance.now() when a transaction last began or a try of it last ended */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** Nobody waits any more for the outcome of a transaction: a commit whose answer was lost is not looked up again and again. */
  giveUp(): void {
    this.#gaveUp = true;
  }

  /**
   * Settles inputs in one transaction; results are in `Input.outcome`. Returns the inputs that were settled; those given up are
   * rejected here. An input that expires while a try is in flight is refused by then and stays in the try, whose result all
   * others get. No later try has it. Throws `LaneInUseError` when another live process has the lane for good.
   */
  settle(inputs: readonly Input<C, Task>[], leaseMs = this.#leaseMs): Promise<readonly Input<C, Task>[]> {
    this.#progressAt = performance.now();
    return this.#settleAll(inputs, leaseMs);
  }

  /**
   * Failures are told apart:
   * - infrastructure: the whole batch is repeated for as long as anybody waits
   * - stale memory: the batch is decided again at once, on what is read
   * - a refused save: the batch is split in halves until the culprit stands alone
   * - a lost answer to a commit: it is looked up before anything is repeated
   */
  async #settleAll(inputs: readonly Input<C, Task>[], leaseMs: number, readAgain = true): Promise<readonly Input<C, Task>[]> {
    let waiting = refuseExpired(inputs);
    let stale = 0;
    for (let attempt = 0; ; attempt += 1) {
      let events: readonly StoredEvent[] = [];
      let isStale = false;
      const before = this.#lane;
      const batch = batchOf(before.name, waiting, this.#options, (decided) => (events = decided));
      try {
        this.#settled(await this.#options.store.settle(before, this.#outbox.publishedSeq, leaseMs, batch));
        this.#handOn(events);
        return waiting;
      } catch (error) {
        if (error instanceof StorageError && error.code === 'stale' && (stale += 1) < STALE_TRIES) {
          isStale = true;
          this.#options.decidedAgain?.();
        } else if (error instanceof LaneLostError) {
          await this.#takeBack(error);
        } else if (isInfrastructure(error)) {
          this.#failed(error, 'transaction failed; repeating it');
          if (error.code === 'commit-unknown' && (await this.#tookPlace(before, events))) {
            this.#handOn(events);
            return waiting;
          }
        } else if (readAgain && error instanceof StorageError && error.code === 'unique') {
          // Another process inserted a row that did not exist and so was not locked.
          return this.#settleAll(waiting, leaseMs, false);
        } else {
          return this.#settleApart(waiting, leaseMs, error);
        }
      }
      if (!isStale) await backOff(attempt);
      waiting = refuseExpired(waiting);
      if (waiting.length === 0) return [];
    }
  }

  async #settleApart(inputs: readonly Input<C, Task>[], leaseMs: number, error: unknown): Promise<readonly Input<C, Task>[]> {
    const [only] = inputs;
    if (only === undefined) throw error;
    if (inputs.length === 1) {
      only.reject(error);
      return [];
    }
    const half = Math.ceil(inputs.length / 2);
    const first = await this.#settleAll(inputs.slice(0, half), leaseMs);
    return [...first, ...(await this.#settleAll(inputs.slice(half), leaseMs))];
  }

  #settled(lane: Lane): void {
    this.#lane = lane;
    this.#failure = undefined;
    this.#faults.worked();
  }

  #failed(error: unknown, message: string): void {
    this.#failure = error;
    this.#progressAt = performance.now();
    this.#faults.failed(error, message);
  }

  /** The events are committed: if they cannot be handed on, the outbox finds them in the table. */
  #handOn(events: readonly StoredEvent[]): void {
    try {
      this.#outbox.offer(events);
      this.#options.committed?.(events);
    } catch (error) {
      this.#options.report(error, 'events could not be handed on; they are in the table');
    }
  }

  /**
   * Takes the lane back after another process had it. If the database does not answer, the next try finds the lane lost again.
   * Throws `LaneInUseError` when that process is alive under the same name.
   */
  async #takeBack(lost: LaneLostError): Promise<void> {
    this.#failed(lost, 'lane lost; taking it back');
    const { name, owner } = this.#lane;
    try {
      this.#lane = await takenLane(this.#options.store, { name, owner, leaseMs: this.#leaseMs, leftMs: 0 });
      this.#options.retaken?.(this.#lane);
    } catch (error) {
      if (error instanceof LaneInUseError) this.#failure = error;
      if (!isInfrastructure(error)) throw error;
      this.#failed(error, 'the lane could not be taken back; trying again');
    }
  }

  /**
   * True when the transaction committed although its answer was lost. While that cannot be found out, callers are still told in
   * time that they were not served, and a repeat with the same Idempotency-Key finds out later.
   */
  async #tookPlace(before: Lane, events: readonly StoredEvent[]): Promise<boolean> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#isCommitted(before, events);
      } catch (error) {
        if (!isInfrastructure(error)) throw error;
        this.#failed(error, 'whether a transaction was committed cannot be found out yet');
        if (this.#gaveUp) return false;
        await backOff(attempt);
      }
    }
  }

  /**
   * The lane's row counts every transaction. Once another process has had the lane, the count proves nothing; then the events
   * decide. A batch without events is decided again, on a state with or without its effect.
   */
  async #isCommitted(before: Lane, [first]: readonly StoredEvent[]): Promise<boolean> {
    const { store } = this.#options;
    const now = await store.readLane(before.name);
    if (now?.epoch === before.epoch) {
      if (now.transactions !== before.transactions + 1) return false;
      this.#settled(now);
      return true;
    }
    if (first === undefined) return false;
    const [written] = await store.readEvents(before.name, before.lastSeq, 1);
    return written?.id === first.id;
  }
}

function backOff(attempt: number): Promise<void> {
  return Bun.sleep(BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)] ?? 1000);
}

function isInfrastructure(error: unknown): error is StorageError {
  return error instanceof StorageError && error.isInfrastructure;
}

interface Taking {
  readonly name: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** The lane is taken when no more than this is left of another owner's lease. */
  readonly leftMs: number;
}

/** Number of tries per lease to take an occupied lane. */
const LOOKS_IN_A_LEASE = 25;
/**
 * Transactions that prove the owner alive: a dead process may have one in flight, and one that only adopts the lane makes no
 * more than one.
 */
const ALIVE_FROM = 2;

/**
 * Takes the lane of this process's name (INSTANCE). On a database that processes share, its owner may be alive: then it goes on
 * settling, and `LaneInUseError` is thrown. An owner that is dead, or only sends what was left unsent in the lane, lets its
 * lease run down, and the lane is taken when no more than `leftMs` is left of it.
 */
async function takenLane<C extends Collections>(store: WriterStore<C>, { name, owner, leaseMs, leftMs }: Taking): Promise<Lane> {
  let first: Lane | undefined;
  for (;;) {
    const taken = await store.takeLane(name, owner, { leftMs: store.isShared ? leftMs : Infinity, leaseMs });
    if (taken !== undefined) return taken;
    const now = await store.readLane(name);
    if (now === undefined || now.epoch !== first?.epoch) first = now;
    else if (now.transactions - first.transactions >= ALIVE_FROM) throw new LaneInUseError(name);
    await Bun.sleep(leaseMs / LOOKS_IN_A_LEASE);
  }
}
