import { endedWithin } from '../../timeouts.ts';
import { faultSource, harmless, harmlessReport } from '../../telemetry/report.ts';
import { Gathering, patienceMs, type TimeSource } from '../gathering.ts';
import type { FaultSource } from '../../telemetry/repeated-faults.ts';
import { OverloadedError, WriterClosedError } from '../../input-errors.ts';
import { NO_CAUSE } from '../../cause.ts';
import { type Deadlines, deadlines, type Input, InputQueue, refuseExpired, type SubmitOptions } from './input-queue.ts';
import { type LaneOptions, LEASE_MS, OwnLane } from './own-lane.ts';
import type { Collections, UseCase } from './use-case.ts';
import { type Lane, LaneInUseError } from './writer-store.ts';

export interface WriterOptions<C extends Collections, Task> extends LaneOptions<C> {
  /**
   * Minimum milliseconds between the starts of two transactions. An awaited input waits this long at most, or three times as long
   * while fewer than ten callers keep coming; an idle writer starts at once. All other inputs wait at most eight times as long, if
   * enough arrive to make it worth a transaction.
   */
  readonly paceMs: number;
  readonly time?: TimeSource;
  /** Maximum number of inputs that one transaction settles. */
  readonly batchLimit?: number;
  /** Maximum number of waiting inputs; commands beyond it are refused. */
  readonly queueLimit?: number;
  /** Maximum number of these from use cases that can wait. */
  readonly patientLimit?: number;
  runTask(task: Task): void;
  batchSettled?(inputs: number, ms: number): void;
}

const DEFAULTS = { batchLimit: 500, queueLimit: 20_000, patientLimit: 5000, leaseMs: LEASE_MS };

/**
 * The single writer of a service's process (group commit). Everything that changes state is an input in one queue; the inputs
 * at hand are settled in one transaction, one in flight, and then answered.
 */
export class Writer<C extends Collections, Task = never> {
  readonly #options: WriterOptions<C, Task> & typeof DEFAULTS;
  readonly #faults: FaultSource;
  readonly #lane: OwnLane<C, Task>;
  readonly #queue = new InputQueue<C, Task>();
  /** The batch that is being settled. */
  #underWay: readonly Input<C, Task>[] = [];
  #draining: Promise<void> | undefined;
  readonly #gathering: Gathering;
  /** performance.now() when work last began after a pause */
  #begunAt = -Infinity;
  #closed = false;
  #gaveUp = false;
  readonly #givenUp = Promise.withResolvers<void>();
  #renewal: ReturnType<typeof setTimeout> | undefined;
  readonly #lost = Promise.withResolvers<LaneInUseError>();
  readonly #deadlines: Deadlines = deadlines(() => this.#refuseExpired());

  /** Takes the lane; throws `LaneInUseError` when another live process has it. */
  static async open<C extends Collections, Task = never>(options: WriterOptions<C, Task>): Promise<Writer<C, Task>> {
    return new Writer(options, await OwnLane.take<C, Task>(options));
  }

  private constructor(options: WriterOptions<C, Task>, lane: OwnLane<C, Task>) {
    const { batchSettled, report, paceMs, time } = options;
    this.#options = { ...DEFAULTS, ...options, report: harmlessReport(report), ...(batchSettled && { batchSettled: harmless(batchSettled) }) };
    this.#faults = faultSource(report, 'writer');
    this.#gathering = new Gathering({ leastMs: paceMs, awaitedMs: paceMs, mostMs: patienceMs(paceMs), waiting: () => this.#queue.length, time });
    this.#lane = lane;
    this.#renewIn(this.#options.leaseMs / 3);
  }

  get lane(): Lane {
    return this.#lane.current;
  }

  /** Number of waiting inputs; commands are refused from `queueLimit` on. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Milliseconds since the oldest unsettled input arrived; 0: there is none. */
  get oldestMs(): number {
    const cameAt = this.#underWay.reduce((least, input) => Math.min(least, input.cameAt), this.#queue.oldestAt ?? Infinity);
    return cameAt === Infinity ? 0 : performance.now() - cameAt;
  }

  /** The error of the last transaction; undefined when it was settled. An idle writer tries again by renewing its lease. */
  get failure(): unknown {
    return this.#lane.failure;
  }

  /** Milliseconds since the transaction under way began or was last repeated (each try has its limits); 0 while none is. */
  get standsStillMs(): number {
    return this.#draining === undefined ? 0 : performance.now() - Math.max(this.#begunAt, this.#lane.progressAt);
  }

  /** Resolves when another live process has the lane: this one takes no more inputs and has to end. */
  get lost(): Promise<LaneInUseError> {
    return this.#lost.promise;
  }

  /**
   * Resolves when the input's transaction has committed. Rejects when this input failed, and then nothing of it is applied;
   * only after an `OverloadedError` or a `WriterClosedError` the outcome may be open, if a transaction with the input was in flight.
   */
  submit<Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    { cause = NO_CAUSE, limitMs, mustSettle = false, isAwaited = limitMs !== undefined }: SubmitOptions = {},
  ): Promise<Answer> {
    if (this.#closed) return Promise.reject(new WriterClosedError());
    if (limitMs !== undefined && this.#isFull(useCase)) return Promise.reject(new OverloadedError(1));
    const cameAt = performance.now();
    const expiresAt = limitMs === undefined ? Infinity : cameAt + limitMs;
    this.#deadlines.expect(expiresAt);
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.add({ useCase, value, cause, mustSettle, cameAt, expiresAt, outcome: undefined, resolve, reject });
      this.#gathering.came(1, isAwaited);
      this.#begin();
    });
  }

  #isFull({ canWait = false }: UseCase<C, never, unknown, Task>): boolean {
    const { queueLimit, patientLimit } = this.#options;
    return this.#queue.length >= queueLimit || (canWait && this.#queue.patient >= patientLimit);
  }

  /** Settles the queue and takes nothing new. Resolves at once when the writer has given up. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#gathering.hurry();
    clearTimeout(this.#renewal);
    while (this.#draining !== undefined && !this.#gaveUp) await Promise.race([this.#draining, this.#givenUp.promise]);
    this.#deadlines.close();
  }

  /**
   * Stops, stores how far the outbox has sent, and releases the lane, so that the next process of this name need not wait.
   * `limitMs` limits the wait for storing and releasing, not the stop.
   */
  async close(limitMs?: number): Promise<void> {
    await this.stop();
    if (this.#gaveUp || this.failure instanceof LaneInUseError) return;
    const last = this.#settleAndAnswer([], 0);
    await (limitMs === undefined ? last : endedWithin(limitMs, last));
  }

  /** Takes nothing new and refuses all waiting inputs, because the database does not settle them. No later try has them. */
  giveUp(): void {
    if (this.#gaveUp) return;
    this.#closed = true;
    this.#gathering.hurry();
    const left = [...this.#underWay, ...this.#queue.takeAll()];
    if (left.length > 0) {
      const reason = this.failure ?? new Error('the database has not settled them yet');
      this.#options.report(reason, `stopping: ${left.length} inputs are left; their messages come again, their callers are told to`);
    }
    for (const input of left) {
      input.expiresAt = -Infinity;
      input.reject(new WriterClosedError());
    }
    this.#gaveUp = true;
    this.#lane.giveUp();
    this.#givenUp.resolve();
  }

  #begin(work = () => this.#drain()): void {
    this.#draining ??= this.#toItsEnd(work);
  }

  /** However the work ends, the next inputs are settled. */
  async #toItsEnd(work: () => Promise<void>): Promise<void> {
    this.#begunAt = performance.now();
    try {
      await work();
    } catch (error) {
      this.#options.report(error, 'the writer failed unexpectedly; it goes on');
    }
    this.#draining = undefined;
    if (this.#queue.length > 0) this.#begin();
  }

  async #drain(): Promise<void> {
    // Let everything that became ready in this turn of the event loop join the batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      await this.#gathering.turn();
      const batch = this.#queue.next(this.#options.batchLimit);
      this.#gathering.began(this.#queue.length);
      // All waiting inputs have been refused meanwhile: their time was up, or the service stops.
      if (batch.length > 0) await this.#settleAndAnswer(batch);
    }
  }

  async #settleAndAnswer(batch: readonly Input<C, Task>[], leaseMs?: number): Promise<void> {
    const startedAt = performance.now();
    this.#underWay = batch;
    try {
      const settled = await this.#lane.settle(batch, leaseMs);
      this.#options.batchSettled?.(batch.length, performance.now() - startedAt);
      for (const input of settled) this.#answer(input);
    } catch (error) {
      if (error instanceof LaneInUseError) this.#end(error);
      else this.#faults.failed(error, 'a batch failed');
      for (const input of batch) input.reject(error);
    }
    this.#underWay = [];
  }

  /** Tells all waiting callers to come again: another process will answer. */
  #end(error: LaneInUseError): void {
    this.#closed = true;
    this.#gathering.hurry();
    this.#options.report(error, 'the lane is lost for good; this process takes no more work and ends');
    clearTimeout(this.#renewal);
    for (const input of [...this.#underWay, ...this.#queue.takeAll()]) input.reject(new WriterClosedError());
    this.#lost.resolve(error);
  }

  /** Returns the inputs that go on waiting. The batch under way stays as it is, even if some of its inputs are refused meanwhile. */
  #refuseExpired(): readonly Input<C, Task>[] {
    return [...this.#queue.retain(refuseExpired), ...refuseExpired(this.#underWay)];
  }

  #answer({ outcome, resolve, reject }: Input<C, Task>): void {
    if (outcome === undefined) reject(new Error('input was settled without an outcome'));
    else if (outcome.kind === 'failed') reject(outcome.error);
    else {
      for (const task of outcome.decision.tasks ?? []) this.#runTask(task);
      resolve(outcome.decision.answer);
    }
  }

  /** The task is stored; if it cannot be started, it is found later by its age. */
  #runTask(task: Task): void {
    try {
      this.#options.runTask(task);
    } catch (error) {
      this.#options.report(error, 'a task could not be started');
    }
  }

  #renewIn(ms: number): void {
    this.#renewal = setTimeout(() => this.#renewLease(), ms);
    this.#renewal.unref();
  }

  /**
   * An idle writer settles an empty batch, so that no other process takes its lane for abandoned or its name for free; this
   * also stores what was published.
   */
  #renewLease(): void {
    const everyMs = this.#options.leaseMs / 3;
    const dueMs = everyMs - this.#gathering.sinceStartMs;
    if (dueMs <= 0 && this.#draining === undefined) {
      this.#gathering.began(0);
      this.#begin(() => this.#settleAndAnswer([]));
    }
    this.#renewIn(dueMs > 0 ? dueMs : everyMs);
  }
}
