import { harmless } from '../harmless.ts';
import { OverloadedError, WriterClosedError } from './errors.ts';
import { NO_CAUSE, type Input, type SubmitOptions } from './input.ts';
import { type Deadlines, deadlines, refuseExpired } from './refuse-expired.ts';
import { settleBatch } from './settle-batch.ts';
import type { Collections, UseCase } from './use-case.ts';
import type { Outbox, WriterOptions } from './writer-options.ts';
import type { Lane, StoredEvent } from './writer-store.ts';

type Optional = 'owner' | 'batchSettled' | 'refuseUnsendable';

/**
 * The single writer of a service's process (group commit). Everything that changes state is an input in one queue;
 * what is in hand is settled in one transaction, one in flight, and then answered.
 */
export class Writer<C extends Collections, Task = never> {
  readonly #options: Required<Omit<WriterOptions<C, Task>, Optional>> & Pick<WriterOptions<C, Task>, Optional>;
  readonly #outbox: Outbox;
  #lane: Lane;
  #queue: Input<C, Task>[] = [];
  /** The batch that is being settled. */
  #underWay: readonly Input<C, Task>[] = [];
  #draining: Promise<void> | undefined;
  #lastStart = -Infinity;
  /** performance.now() of the last time a transaction was begun, or a try of it ended */
  #progressAt = -Infinity;
  #closed = false;
  #failure: unknown;
  readonly #renewal: ReturnType<typeof setInterval>;
  readonly #deadlines: Deadlines = deadlines(() => this.#refuseExpired());

  static async open<C extends Collections, Task = never>(options: WriterOptions<C, Task>): Promise<Writer<C, Task>> {
    const { store, lane, newId, owner = newId(), leaseMs = 5000 } = options;
    const taken = await store.takeLane(lane, owner, { onlyExpired: false, leaseMs });
    if (taken === undefined) throw new Error(`lane ${lane} could not be taken`);
    return new Writer(options, taken);
  }

  private constructor(options: WriterOptions<C, Task>, lane: Lane) {
    this.#options = { batchLimit: 500, queueLimit: 20_000, leaseMs: 5000, ...options, report: harmless(options.report) };
    if (options.batchSettled !== undefined) this.#options.batchSettled = harmless(options.batchSettled);
    this.#lane = lane;
    this.#outbox = options.outbox(lane);
    this.#renewal = setInterval(() => this.#renewLease(), this.#options.leaseMs / 3);
    this.#renewal.unref();
  }

  get lane(): Lane {
    return this.#lane;
  }

  /** How many inputs wait; commands are refused from `queueLimit` on. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Why the last transaction was not settled; undefined when it was. An idle writer tries again by renewing its lease. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Milliseconds since a transaction that is under way was begun or repeated: each try has its limits. 0 while none is. */
  get standsStillMs(): number {
    return this.#draining === undefined ? 0 : performance.now() - this.#progressAt;
  }

  /** Answers when the input's transaction has committed; rejects when this input failed, and then nothing of it is applied. */
  submit<Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    { cause = NO_CAUSE, limitMs, mustSettle = false }: SubmitOptions = {},
  ): Promise<Answer> {
    if (this.#closed) return Promise.reject(new WriterClosedError());
    if (limitMs !== undefined && this.#queue.length >= this.#options.queueLimit) return Promise.reject(new OverloadedError(1));
    const expiresAt = limitMs === undefined ? Infinity : performance.now() + limitMs;
    this.#deadlines.expect(expiresAt);
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ useCase, value, cause, mustSettle, expiresAt, outcome: undefined, resolve, reject });
      this.#begin();
    });
  }

  /** Settles what is in the queue and takes nothing new. */
  async stop(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#renewal);
    while (this.#draining !== undefined) await this.#draining;
    this.#deadlines.close();
  }

  /** Stops, and stores what the outbox has sent. */
  async close(): Promise<void> {
    await this.stop();
    await this.#settleAndAnswer([]);
  }

  #begin(work = () => this.#drain()): void {
    this.#draining ??= this.#toItsEnd(work);
  }

  /** Whatever ends the work, the next inputs are settled. */
  async #toItsEnd(work: () => Promise<void>): Promise<void> {
    this.#progressAt = performance.now();
    try {
      await work();
    } catch (error) {
      this.#options.report(error, 'the writer stumbled; it goes on');
    }
    this.#draining = undefined;
    if (this.#queue.length > 0) this.#begin();
  }

  async #drain(): Promise<void> {
    // Let everything that became ready in this turn of the event loop come along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const pause = this.#closed ? 0 : this.#lastStart + this.#options.paceMs - performance.now();
      if (pause > 0) await Bun.sleep(pause);
      this.#lastStart = performance.now();
      await this.#settleAndAnswer(this.#queue.splice(0, this.#options.batchLimit));
    }
  }

  async #settleAndAnswer(batch: readonly Input<C, Task>[]): Promise<void> {
    const startedAt = performance.now();
    this.#underWay = batch;
    this.#progressAt = startedAt;
    try {
      const settled = await this.#settle(batch);
      this.#options.batchSettled?.(batch.length, performance.now() - startedAt);
      for (const input of settled) this.#answer(input);
    } catch (error) {
      this.#options.report(error, 'batch failed');
      for (const input of batch) input.reject(error);
    }
    this.#underWay = [];
  }

  /** Answers who goes on waiting. What is under way stays so, whoever was told in the meantime that time is up. */
  #refuseExpired(): readonly Input<C, Task>[] {
    this.#queue = [...refuseExpired(this.#queue)];
    return [...this.#queue, ...refuseExpired(this.#underWay)];
  }

  #answer({ outcome, resolve, reject }: Input<C, Task>): void {
    if (outcome === undefined) reject(new Error('input was settled without an outcome'));
    else if (outcome.kind === 'failed') reject(outcome.error);
    else {
      for (const task of outcome.decision.tasks ?? []) this.#runTask(task);
      resolve(outcome.decision.answer);
    }
  }

  /** It is stored, and found by its age when it could not be begun. */
  #runTask(task: Task): void {
    try {
      this.#options.runTask(task);
    } catch (error) {
      this.#options.report(error, 'a task could not be begun');
    }
  }

  /** They are committed: whoever sends them on finds them in the table when they could not be handed on. */
  #handOn(events: readonly StoredEvent[]): void {
    try {
      this.#outbox.offer(events);
    } catch (error) {
      this.#options.report(error, 'events could not be handed on; they are in the table');
    }
  }

  #settle(batch: readonly Input<C, Task>[]): Promise<readonly Input<C, Task>[]> {
    const { store, leaseMs, newId, report, refuseUnsendable } = this.#options;
    return settleBatch<C, Task>(
      {
        store,
        leaseMs,
        newId,
        ...(refuseUnsendable && { refuseUnsendable }),
        report: (error, message) => {
          this.#failure = error;
          this.#progressAt = performance.now();
          report(error, message);
        },
        publishedSeq: () => this.#outbox.publishedSeq,
        committed: (events) => this.#handOn(events),
        lane: () => this.#lane,
        setLane: (lane) => {
          this.#lane = lane;
          this.#failure = undefined;
        },
        retakeLane: () => this.#retakeLane(),
      },
      batch,
    );
  }

  async #retakeLane(): Promise<void> {
    const { store, leaseMs } = this.#options;
    const taken = await store.takeLane(this.#lane.name, this.#lane.owner, { onlyExpired: false, leaseMs });
    if (taken !== undefined) this.#lane = taken;
  }

  /** An idle writer settles an empty batch, so that nobody takes its lane for abandoned; it also stores what was published. */
  #renewLease(): void {
    if (this.#draining !== undefined || performance.now() - this.#lastStart < this.#options.leaseMs / 3) return;
    this.#lastStart = performance.now();
    this.#begin(() => this.#settleAndAnswer([]));
  }
}
