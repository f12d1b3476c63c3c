import type { Cause } from '../cause.ts';
import { newId } from '../ids.ts';
import { WriterClosedError } from '../input-errors.ts';
import type { LogMessage } from '../log/event-log.ts';
import { faultSource, type Report } from '../telemetry/report.ts';
import { CommittedTail } from './committed-tail.ts';
import { accessWatch, type Bearer, followingEndedAccess } from './ended-access.ts';
import type { MessageHandlers } from './messaging/message-handlers.ts';
import { RecentDeliveries } from './messaging/recent-deliveries.ts';
import { type EngineOptions, runEngine, type RunningEngine } from './run-engine.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import { type Once, type OnceAnswer, onceExecutor } from './writer/once.ts';
import type { Collections, UseCase } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';
import type { Writer } from './writer/writer.ts';

/** A command is applied within this time or refused; nothing hangs. */
const COMMAND_LIMIT_MS = 10_000;

type Own<C> = C & ChassisCollections;

/** The part of a service behind its HTTP interface: writer, relay, consumer, retries, jobs. */
export interface Engine<C extends Collections, Task = never> {
  /** Runs a caller's command; refused when it cannot be applied in time. */
  execute<Value, Answer>(useCase: UseCase<Own<C>, Value, Answer, Task>, value: Value, cause?: Cause): Promise<Answer>;
  /** The same, at most once per Idempotency-Key. */
  executeOnce<Value, Answer>(
    useCase: UseCase<Own<C>, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    cause?: Cause,
  ): Promise<OnceAnswer>;
  /** For results of tasks and for deadlines: applied however long it takes, and however large the events are. */
  submit<Value, Answer>(useCase: UseCase<Own<C>, Value, Answer, Task>, value: Value, cause?: Cause): Promise<Answer>;
  /** Sends an event that was set aside, bypassing the relay: its place in the lane is gone. Rejects as `EventLog.send` does. */
  sendAgain(...messages: readonly LogMessage[]): Promise<void>;
  /** Tells what all processes of this service commit, to whoever reads along. */
  readonly committed: CommittedTail;
  /** Everything up to here is in the log, of this process's lane; 0 for any other lane, whose row says it. */
  publishedSeq(lane: string): number;
  /** Remembers what became of the latest messages in this process. */
  readonly deliveries: RecentDeliveries;
  readonly handlers: MessageHandlers<Own<C>, Task>;
  /** The name of this process's lane. */
  readonly lane: string;
  /** True when the access that this token grants has ended; reads memory only. */
  hasEnded(bearer: Bearer): boolean;
  /** Number of committed events that are not in the log yet. */
  backlog(): number;
  /** Milliseconds since the oldest of them was committed; 0 when there is none. */
  outboxAgeMs(): number;
  /** Milliseconds for which events have been waiting without any being sent; 0 when none waits. */
  outboxStalledMs(): number;
  /** Number of inputs waiting to be settled. */
  waiting(): number;
  /** Milliseconds since the longest waiting input arrived; 0 when none waits. */
  oldestWaitingMs(): number;
  /** The error with which the database failed the last transaction; undefined when it took it. */
  writeFailure(): unknown;
  /** Milliseconds since the writer last made progress while inputs are to be settled; 0 while there are none. */
  standsStillMs(): number;
  /** Milliseconds by which this process's clock is certainly ahead of its database's; negative: behind. */
  clockAheadMs(): number;
  /** Throws `ClockError` when the difference is too large. */
  checkClock(): void;
  /** Resolves when another live process has this one's lane: the service has to be closed. */
  readonly lost: Promise<Error>;
  /** Throws `StorageError`, among others: then nothing runs, and it may be started again. */
  start(): Promise<void>;
  /**
   * Stops taking messages, finishes its work while `endRequests` finishes that of its callers, and closes: soon, whatever
   * server is gone.
   */
  close(endRequests?: () => Promise<void>): Promise<void>;
}

export function createEngine<C extends Collections, Task = never>(
  options: EngineOptions<C, Task>,
): Engine<C, Task> {
  let running: RunningEngine<Own<C>, Task> | undefined;
  const handlers = followingEndedAccess<Own<C>, Task>(options.name, options.handlers);
  const clock = clockWatch<C>(options.store.writing, options.report);
  const access = accessWatch<C>(clock.writing, options.store.endedAccess);
  const store = { ...options.store, writing: access.writing };
  const writer = (): Writer<Own<C>, Task> => {
    if (running === undefined) throw new WriterClosedError();
    return running.writer;
  };
  // A start that failed because the database was away is retried, and this process may hold the lane already.
  const owner = newId();
  const lost = Promise.withResolvers<Error>();
  const committed = new CommittedTail({ reads: options.store.committed, report: options.report });
  const deliveries = new RecentDeliveries();
  options.meter?.expect(Object.keys(options.handlers));
  const executeOnce = onceExecutor<Own<C>, Task>((useCase, value, how) => writer().submit(useCase, value, how));
  async function close(endRequests = () => Promise.resolve()): Promise<void> {
    await running?.close(endRequests);
    running = undefined;
  }
  const limited = (cause?: Cause) => ({ limitMs: COMMAND_LIMIT_MS, ...(cause && { cause }) });
  return {
    handlers,
    lane: options.instance,
    hasEnded: access.hasEnded,
    execute: async (useCase, value, cause) => writer().submit(useCase, value, limited(cause)),
    executeOnce: async (useCase, value, key, cause) => executeOnce(useCase, value, key, limited(cause)),
    submit: async (useCase, value, cause) => writer().submit(useCase, value, { mustSettle: true, ...(cause && { cause }) }),
    sendAgain: (...messages) => options.log.send(messages),
    committed,
    publishedSeq: (lane) => (lane === options.instance ? (running?.relay.publishedSeq ?? 0) : 0),
    deliveries,
    backlog: () => running?.relay.backlog ?? 0,
    // Events carry the database's time.
    outboxAgeMs: () => Math.max(0, (running?.relay.ageMs ?? 0) - clock.aheadMs()),
    outboxStalledMs: () => running?.relay.stalledMs ?? 0,
    waiting: () => running?.writer.waiting ?? 0,
    oldestWaitingMs: () => running?.writer.oldestMs ?? 0,
    writeFailure: () => running?.writer.failure,
    clockAheadMs: clock.aheadMs,
    checkClock: clock.check,
    lost: lost.promise,
    standsStillMs: () => running?.writer.standsStillMs ?? 0,
    async start() {
      const [begun, heard] = await Promise.allSettled([runEngine({ ...options, owner, store, handlers, committed, deliveries }, access.look), access.look()]);
      if (begun.status === 'rejected') throw begun.reason;
      running = begun.value;
      if (heard.status === 'fulfilled') {
        lost.resolve(running.writer.lost);
        return;
      }
      await close();
      throw heard.reason;
    },
    close,
  };
}

/** Milliseconds: well above any delay of a network or a busy machine, well below the minutes for which tokens and signatures are valid. */
const CLOCK_LIMIT_MS = 30_000;

export class ClockError extends Error {
  readonly code = 'clock-off';
  constructor(aheadMs: number) {
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    super(`this process's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} its database's: synchronise the clocks of all machines (NTP); tokens are judged by them`);
    this.name = 'ClockError';
  }
}

export interface ClockWatch<C extends Collections> {
  /** The store to write through. */
  readonly writing: WriterStore<C & ChassisCollections>;
  /** Milliseconds by which this process's clock is certainly ahead of its database's; negative: behind. */
  aheadMs(): number;
  /** Throws `ClockError` when the difference is too large. */
  check(): void;
}

/**
 * Compares the process's clock with the database's, which comes with the lane and with every transaction. The database read its
 * clock between request and answer, so only a time outside that interval counts as a difference.
 */
export function clockWatch<C extends Collections>(store: WriterStore<C & ChassisCollections>, report: Report): ClockWatch<C> {
  const faults = faultSource(report, 'clock');
  let aheadMs = 0;

  function compare(databaseAt: number, begunAt: number): void {
    aheadMs = Math.max(begunAt - databaseAt, 0) + Math.min(Date.now() - databaseAt, 0);
    if (isOff()) faults.failed(new ClockError(aheadMs), 'the clocks differ');
    else faults.worked();
  }

  const isOff = () => Math.abs(aheadMs) >= CLOCK_LIMIT_MS;

  async function takeLane(...parameters: Parameters<typeof store.takeLane>) {
    const begunAt = Date.now();
    const lane = await store.takeLane(...parameters);
    if (lane !== undefined) compare(lane.takenAt, begunAt);
    return lane;
  }

  function settle(...[lane, publishedSeq, leaseMs, batch]: Parameters<typeof store.settle>) {
    const begunAt = Date.now();
    return store.settle(lane, publishedSeq, leaseMs, {
      ...batch,
      decide(world, now, ...more) {
        compare(now, begunAt);
        return batch.decide(world, now, ...more);
      },
    });
  }

  return {
    writing: { ...store, takeLane, settle },
    aheadMs: () => aheadMs,
    check() {
      if (isOff()) throw new ClockError(aheadMs);
    },
  };
}
