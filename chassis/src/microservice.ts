import type { ServiceName } from '@souk/contracts/services';
import { newId } from './ids.ts';
import { startJobs, type Job } from './jobs.ts';
import type { EventLog, Subscription } from './log/event-log.ts';
import { adoptLanes } from './messaging/adopt-lanes.ts';
import { consume } from './messaging/consumer.ts';
import type { MessageHandlers } from './messaging/message-handlers.ts';
import { PARKING_RULES, type ParkingRules } from './messaging/parking-rules.ts';
import type { Reception } from './messaging/receive.ts';
import { Relay } from './messaging/relay.ts';
import { retryDueMessages } from './messaging/retry-due-messages.ts';
import type { ServiceStore } from './service-store.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import { WriterClosedError } from './writer/errors.ts';
import type { Cause } from './writer/input.ts';
import { onceExecutor } from './writer/execute-once.ts';
import type { Once, OnceAnswer } from './writer/once.ts';
import type { Collections, UseCase } from './writer/use-case.ts';
import { Writer } from './writer/writer.ts';

/** A command is applied within this time or refused; nothing hangs. */
const COMMAND_LIMIT_MS = 10_000;
const LEASE_MS = 5000;
/** Idempotency-Keys are kept at least 24 hours. */
const ANSWERS_KEPT_MS = 36 * 3_600_000;

/** What a microservice tells its operators; the metrics adapter is one of these. */
export interface MessagingMeter {
  batchSettled(inputs: number, ms: number): void;
  messageSettled(topic: string, how: Reception | 'undecodable' | 'failed' | 'dead'): void;
}

export interface MicroserviceOptions<C extends Collections, Task> {
  readonly name: ServiceName;
  /** Tells this process from its replicas, the same after every restart: the name of its lane. */
  readonly instance: string;
  readonly store: ServiceStore<C>;
  readonly log: EventLog;
  readonly handlers: MessageHandlers<C & ChassisCollections, Task>;
  /** Work outside of the database that a decision asked for; it must not throw, its result is a new input. */
  readonly runTask?: (task: Task) => Promise<void>;
  readonly jobs?: readonly Job[];
  readonly meter?: MessagingMeter;
  report(error: unknown, message: string): void;
  /** Milliseconds between two transactions of a busy service. */
  readonly paceMs: number;
  /** Inputs per transaction. */
  readonly batchLimit?: number;
  readonly parking?: ParkingRules;
}

type Own<C> = C & ChassisCollections;

/** What runs behind a service's HTTP interface: writer, relay, consumer, retries, jobs. */
export interface Microservice<C extends Collections, Task = never> {
  /** A caller's command: refused when it cannot be applied in time. */
  execute<Value, Answer>(useCase: UseCase<Own<C>, Value, Answer, Task>, value: Value, cause?: Cause): Promise<Answer>;
  /** The same, at most once per Idempotency-Key. */
  executeOnce<Value, Answer>(
    useCase: UseCase<Own<C>, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    cause?: Cause,
  ): Promise<OnceAnswer>;
  /** Results of tasks, deadlines: applied however long it takes. */
  submit<Value, Answer>(useCase: UseCase<Own<C>, Value, Answer, Task>, value: Value, cause?: Cause): Promise<Answer>;
  readonly handlers: MessageHandlers<Own<C>, Task>;
  /** Events that are committed and not in the log yet. */
  backlog(): number;
  /** Milliseconds since events wait without any of them being sent; 0 when none waits. */
  outboxStalledMs(): number;
  /** Inputs that wait to be settled. */
  waiting(): number;
  /** Why the database took no transaction the last time; undefined when it did. */
  writeFailure(): unknown;
  start(): Promise<void>;
  close(): Promise<void>;
}

export function createMicroservice<C extends Collections, Task = never>(
  options: MicroserviceOptions<C, Task>,
): Microservice<C, Task> {
  let running: Running<Own<C>, Task> | undefined;
  const writer = (): Writer<Own<C>, Task> => {
    if (running === undefined) throw new WriterClosedError();
    return running.writer;
  };
  const executeOnce = onceExecutor<Own<C>, Task>((useCase, value, how) => writer().submit(useCase, value, how));
  const limited = (cause?: Cause) => ({ limitMs: COMMAND_LIMIT_MS, ...(cause && { cause }) });
  return {
    handlers: options.handlers,
    execute: async (useCase, value, cause) => writer().submit(useCase, value, limited(cause)),
    executeOnce: async (useCase, value, key, cause) => executeOnce(useCase, value, key, limited(cause)),
    submit: async (useCase, value, cause) => writer().submit(useCase, value, cause && { cause }),
    backlog: () => running?.relay.backlog ?? 0,
    outboxStalledMs: () => running?.relay.stalledMs ?? 0,
    waiting: () => running?.writer.waiting ?? 0,
    writeFailure: () => running?.writer.failure,
    async start() {
      running = await run(options);
    },
    async close() {
      await running?.close();
      running = undefined;
    },
  };
}

interface Running<C extends ChassisCollections, Task> {
  readonly writer: Writer<C, Task>;
  readonly relay: Relay;
  close(): Promise<void>;
}

async function run<C extends Collections, Task>(options: MicroserviceOptions<C, Task>): Promise<Running<Own<C>, Task>> {
  const tasks = new Set<Promise<void>>();
  const { writer, relay } = await openWriter(options, tasks);
  const subscription = await subscribe(options, writer);
  const jobs = startJobs(jobsOf(options, writer), options.report);
  return {
    writer,
    relay,
    async close() {
      await subscription?.close();
      await jobs.close();
      await Promise.all(tasks);
      await writer.stop();
      await relay.close(LEASE_MS);
      await writer.close();
    },
  };
}

async function openWriter<C extends Collections, Task>(
  { name, instance, store, log, runTask, meter, report, paceMs, batchLimit }: MicroserviceOptions<C, Task>,
  tasks: Set<Promise<void>>,
): Promise<{ writer: Writer<Own<C>, Task>; relay: Relay }> {
  const { promise: opened, resolve } = Promise.withResolvers<Relay>();
  const writer = await Writer.open<Own<C>, Task>({
    store: store.writing,
    lane: instance,
    leaseMs: LEASE_MS,
    newId,
    report,
    paceMs,
    ...(batchLimit !== undefined && { batchLimit }),
    outbox(lane) {
      const relay = new Relay({ service: name, log, report, lane: lane.name, ...lane, readEvents: store.writing.readEvents });
      relay.start();
      resolve(relay);
      return relay;
    },
    runTask(task) {
      if (runTask === undefined) throw new Error(`${name} decided on a task and has nothing to run it`);
      const ended = runTask(task)
        .catch((error: unknown) => report(error, 'task failed'))
        .finally(() => tasks.delete(ended));
      tasks.add(ended);
    },
    ...(meter && { batchSettled: meter.batchSettled }),
  });
  return { writer, relay: await opened };
}

async function subscribe<C extends Collections, Task>(
  { name, log, handlers, meter, report, parking = PARKING_RULES }: MicroserviceOptions<C, Task>,
  writer: Writer<Own<C>, Task>,
): Promise<Subscription | undefined> {
  if (Object.keys(handlers).length === 0) return undefined;
  const settled = meter?.messageSettled ?? (() => undefined);
  return consume({ service: name, log, writer, handlers, rules: parking, settled, report });
}

/** What every service does now and then, and its own jobs. */
function jobsOf<C extends Collections, Task>(options: MicroserviceOptions<C, Task>, writer: Writer<Own<C>, Task>): Job[] {
  const { name, instance, store, log, handlers, meter, report, jobs = [], parking: rules = PARKING_RULES } = options;
  const { messages } = store;
  const settled = meter?.messageSettled ?? (() => undefined);
  return [
    ...jobs,
    {
      name: 'retry parked messages',
      everyMs: 1000,
      run: () => retryDueMessages({ service: name, messages, writer, handlers, rules, settled }),
    },
    {
      name: 'adopt abandoned lanes',
      everyMs: LEASE_MS,
      run: () => adoptLanes({ service: name, store: store.writing, log, ownLane: instance, leaseMs: LEASE_MS, newId, report }),
    },
    {
      name: 'forget kept answers',
      everyMs: 600_000,
      async run() {
        const olderThan = Date.now() - ANSWERS_KEPT_MS;
        while ((await messages.forgetAnswers(olderThan, 1000)) > 0) await Bun.sleep(10);
      },
    },
  ];
}
