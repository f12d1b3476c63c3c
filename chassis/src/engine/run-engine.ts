import type { ServiceName } from '@souk/contracts/services';
import { newId } from '../ids.ts';
import type { EventLog, Subscription } from '../log/event-log.ts';
import { type About, harmless, type Report, type Trace } from '../telemetry/report.ts';
import type { SecurityEvents } from '../telemetry/security-events.ts';
import { endedWithin } from '../timeouts.ts';
import type { CommittedTail } from './committed-tail.ts';
import { ENDED_ACCESS_KEPT_MS, forgetEndedAccess } from './ended-access.ts';
import { forgetInRounds, type Job, startJobs } from './jobs.ts';
import { consume, retryDueMessages } from './messaging/consumer.ts';
import { handlingRoom } from './messaging/handling-room.ts';
import type { MessageHandlers } from './messaging/message-handlers.ts';
import { refuseUnsendable, settingAside } from './messaging/outgoing.ts';
import { PARKING_RULES, type ParkingRules } from './messaging/parking.ts';
import type { RecentDeliveries } from './messaging/recent-deliveries.ts';
import { adoptLanes, Relay } from './messaging/relay.ts';
import { type MessagingMeter, outcomes } from './messaging/tell-outcomes.ts';
import type { ServiceStore } from './service-store.ts';
import { lastPeriodOver } from './writer/answer-key.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import { LEASE_MS } from './writer/own-lane.ts';
import type { Collections } from './writer/use-case.ts';
import { Writer } from './writer/writer.ts';

export interface EngineOptions<C extends Collections, Task> {
  readonly name: ServiceName;
  /** Tells this process from its replicas and stays the same after a restart: the name of its lane. */
  readonly instance: string;
  readonly store: ServiceStore<C>;
  readonly log: EventLog;
  readonly handlers: MessageHandlers<C & ChassisCollections, Task>;
  /** Runs work outside of the database that a decision asked for; it must not throw, and its result is a new input. */
  readonly runTask?: (task: Task) => Promise<void>;
  readonly jobs?: readonly Job[];
  readonly meter?: MessagingMeter;
  readonly report: Report;
  /** Told of messages from a service that must not send them. */
  readonly security?: Pick<SecurityEvents, 'tell'>;
  /** Logs every message; absent: off. */
  readonly trace?: Trace | undefined;
  /** Log fields that identify a task. */
  readonly aboutTask?: (task: Task) => About;
  /** Milliseconds between two transactions of a busy service. */
  readonly paceMs: number;
  readonly parking?: ParkingRules;
}

/** Milliseconds for the whole shutdown: with the time for store and log, within the ten seconds that a container has. */
const CLOSE_MS = 7000;
/** Limits within it: requests, handlers and jobs; tasks; the queue; sending events; storing how many were sent. */
const WORK_MS = 5500;
const TASKS_MS = 1000;
const QUEUE_MS = 1000;
const SEND_MS = 2000;
const LAST_MS = 1000;
/**
 * Poll interval. Together with the time a message takes, this is how long a replica that got no message still accepts a token
 * after access has ended.
 */
const HEAR_MS = 500;
/** Small rows that are stored together. */
const KEYS_AT_ONCE = 1000;
/** The longest that a key leads to an answer (`answer-key.ts`); at least 24 hours are promised. */
const ANSWERS_KEPT_MS = 36 * 3_600_000;

type Own<C> = C & ChassisCollections;

interface Running<C extends Collections, Task> extends EngineOptions<C, Task> {
  /** Id of this process as the owner of its lane. */
  readonly owner: string;
  readonly committed: CommittedTail;
  readonly deliveries: RecentDeliveries;
}

export interface RunningEngine<C extends ChassisCollections, Task> {
  readonly writer: Writer<C, Task>;
  readonly relay: Relay;
  /** Ends all parts within 7 s and loses nothing: work that waits for servers that are gone is left to the next start. */
  close(endRequests: () => Promise<void>): Promise<void>;
}

/** Starts the parts in order of dependency; `close` stops them in reverse. */
export async function runEngine<C extends Collections, Task>(
  options: Running<C, Task>,
  hearOfEndedAccess: () => Promise<void>,
): Promise<RunningEngine<Own<C>, Task>> {
  const tasks = new Set<Promise<void>>();
  const { writer, relay } = await openWriter(options, tasks);
  const subscription = await subscribe(options, writer);
  const jobs = startJobs([...jobsOf(options, writer), ...accessJobs(options, writer, hearOfEndedAccess)], options.report);
  return {
    writer,
    relay,
    async close(endRequests) {
      const deadline = performance.now() + CLOSE_MS;
      const atMost = (ms: number) => Math.min(ms, deadline - performance.now());
      const patience = patienceWith(writer);
      await endedWithin(WORK_MS, Promise.all([endRequests(), subscription?.close(), jobs.close()]));
      await endedWithin(atMost(TASKS_MS), Promise.all(tasks));
      if (!(await endedWithin(atMost(QUEUE_MS), writer.stop()))) writer.giveUp();
      patience.end();
      await relay.close(atMost(SEND_MS));
      if (relay.backlog > 0) options.report(`${relay.backlog} events are not in the log`, 'stopping without them: the next start sends them, or another process');
      await writer.close(atMost(LAST_MS));
    },
  };
}

/** Milliseconds for a stopping writer to find out that its database is gone, for one try, and between two checks. */
const SETTLE_MS = 3000;
const TRY_MS = 1500;
const LOOK_MS = 200;

/** Watches the writer during shutdown: once the database is too slow for it, the writer gives up and its callers are told. */
function patienceWith(writer: Pick<Writer<Collections>, 'failure' | 'standsStillMs' | 'giveUp'>): { end(): void } {
  const until = performance.now() + SETTLE_MS;
  const look = setInterval(() => {
    const isGone = writer.failure !== undefined || writer.standsStillMs > TRY_MS;
    if (isGone && performance.now() > until) writer.giveUp();
  }, LOOK_MS);
  look.unref();
  return { end: () => clearInterval(look) };
}

async function openWriter<C extends Collections, Task>(
  options: Running<C, Task>,
  tasks: Set<Promise<void>>,
): Promise<{ writer: Writer<Own<C>, Task>; relay: Relay }> {
  const { name, instance, owner, store, log, committed, runTask, meter, report, trace, aboutTask, paceMs } = options;
  let relay: Relay | undefined;
  const writer = await Writer.open<Own<C>, Task>({
    store: store.writing,
    lane: instance,
    owner,
    newId,
    report,
    paceMs,
    outbox(lane) {
      const { readEvents } = store.writing;
      relay = new Relay({ service: name, log, report, trace, paceMs, lane: lane.name, ...lane, readEvents, setAside: settingAside(options, () => writer) });
      return relay;
    },
    retaken: (lane) => relay?.catchUp(lane),
    committed: (events) => committed.offer(events),
    refuseUnsendable: refuseUnsendable(name),
    runTask(task) {
      if (runTask === undefined) throw new Error(`${name} decided on a task and has no runTask for it`);
      const ended = runTask(task)
        .catch(harmless((error: unknown) => report(error, 'task failed', aboutTask?.(task))))
        .finally(() => tasks.delete(ended));
      tasks.add(ended);
    },
    ...(meter && { batchSettled: meter.batchSettled, decidedAgain: meter.decidedAgain }),
  });
  if (relay === undefined) throw new Error('the writer has not asked for its outbox');
  relay.start();
  return { writer, relay };
}

async function subscribe<C extends Collections, Task>(
  options: Running<C, Task>,
  writer: Writer<Own<C>, Task>,
): Promise<Subscription | undefined> {
  const { name, log, handlers, parking = PARKING_RULES } = options;
  if (Object.keys(handlers).length === 0) return undefined;
  return consume({ service: name, log, writer, handlers, rules: parking, room: handlingRoom(), tell: outcomes(options) });
}

/** The jobs that every service has, and its own. */
function jobsOf<C extends Collections, Task>(options: Running<C, Task>, writer: Writer<Own<C>, Task>): Job[] {
  const { name, instance, store, log, handlers, report, jobs = [], parking: rules = PARKING_RULES } = options;
  const { messages } = store;
  const tell = outcomes(options);
  return [
    ...jobs,
    {
      name: 'retry parked messages',
      everyMs: 1000,
      run: (signal) => retryDueMessages({ service: name, messages, writer, handlers, rules, tell }, signal),
    },
    {
      name: 'adopt abandoned lanes',
      everyMs: LEASE_MS,
      run: () => {
        const relaying = { service: name, log, report, setAside: settingAside(options, () => writer) };
        return adoptLanes({ ...relaying, store: store.writing, ownLane: instance, leaseMs: LEASE_MS, newId });
      },
    },
    {
      name: 'forget kept answers',
      everyMs: 600_000,
      async run(signal) {
        const olderThan = Date.now() - ANSWERS_KEPT_MS;
        await forgetInRounds((limit) => messages.forgetAnswers(olderThan, limit), signal);
        await forgetInRounds((limit) => messages.forgetAnswerKeys(lastPeriodOver(Date.now()), limit), signal, KEYS_AT_ONCE);
      },
    },
  ];
}

function accessJobs<C extends Collections, Task>(
  { store: { endedAccess } }: EngineOptions<C, Task>,
  writer: Writer<Own<C>, Task>,
  hear: () => Promise<void>,
): Job[] {
  const forgetSome = async (limit: number): Promise<number> => {
    const ids = await endedAccess.olderThan(ENDED_ACCESS_KEPT_MS, limit);
    if (ids.length > 0) await writer.submit(forgetEndedAccess<Own<C>>(), ids);
    return ids.length;
  };
  return [
    { name: 'hear of ended access', everyMs: HEAR_MS, run: hear },
    { name: 'forget ended access', everyMs: 60_000, run: (signal) => forgetInRounds(forgetSome, signal) },
  ];
}
