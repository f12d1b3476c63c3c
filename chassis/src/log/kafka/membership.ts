import { type Assigner, AssignerProtocol, type Consumer, type GroupMember, KafkaJSProtocolError, type PartitionAssigner, type RetryOptions } from 'kafkajs';
import type { EventLogError, HandlerFailure, SubscribeOptions, TopicDeclaration } from '../event-log.ts';
import { type KafkaAddress, SESSION_MS, type TopicNames } from './kafka-address.ts';
import { isRefused, type KafkaClient, kafkaClient, unavailable } from './kafka-client.ts';
import type { PoliteAssigner } from './kafkajs/corrections.ts';
import { type MemberWork, memberWork } from './member-work.ts';
import { ownerOf } from '../partitions.ts';
import type { WaitingRoom } from './partition-worker.ts';
import { faultSource, type Report } from '../../telemetry/report.ts';
import { withTimeout } from '../../timeouts.ts';

/** Interval at which members hear of a join or a leave. */
const HEARTBEAT_MS = 500;
const REBALANCE_MS = 10_000;
/**
 * Time for which a fetch waits at the broker for a first message, which it returns at once: it decides what an idle member
 * costs. A member hears of joins and leaves between two fetches.
 */
const FETCH_WAIT_MS = 1000;
/** Used while a partition is paused or tried again: it is not part of the fetch in flight, and waits for the end of that. */
const SHORT_FETCH_WAIT_MS = 200;
/**
 * Limit of an answer, and of each partition in it. A broker sends at least one record batch however large it is; kafkajs'
 * default of 10 MiB takes several times as much memory while it is read. A batch that is cut off at the end of a partition is
 * sent in vain, and comes again: with a lower limit per partition that would be a third of all bytes sent.
 */
const BYTES_PER_ANSWER = 2 ** 20;
const HANDLERS_AT_CLOSE_MS = 4000;
const LEAVE_LIMIT_MS = 1500;
const REJOIN_MS = 500;
/**
 * While a broker is away kafkajs keeps trying, so that the member keeps its identity: with a new one it would have to
 * wait until the session of the old one ends.
 */
const FOR_EVER: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 500,
  retries: 1_000_000,
  restartOnFailure: async () => false,
};

interface Limits {
  readonly sessionMs: number;
  /**
   * Longer than the session of a member that has ended plus a rebalance: a process that is not a member by then blocks nobody,
   * and will hardly become one by waiting.
   */
  readonly firstJoinMs: number;
  /** With the time to store offsets it is shorter than the session, because no heartbeats are sent meanwhile. */
  readonly handlersMs: number;
}

function limitsOf({ sessionMs = SESSION_MS }: KafkaAddress): Limits {
  return { sessionMs, firstJoinMs: sessionMs + REBALANCE_MS + 4000, handlersMs: Math.min(4000, sessionMs - 2000) };
}

interface MembershipDeps {
  readonly address: KafkaAddress;
  readonly names: TopicNames;
  readonly subscription: SubscribeOptions;
  readonly room: WaitingRoom;
  /** Throws as long as the broker is away or its topics are not as declared. */
  ready(): Promise<void>;
  handlerFailed(failure: HandlerFailure): void;
  readonly report: Report;
}

export interface Membership {
  /** The error of a partition that is parked or held; undefined if there is none. */
  parked(): EventLogError | undefined;
  /** The reason it is not a member now; undefined while it is one, or before its first join, for a session plus 14 s at most. */
  failure(): unknown;
  close(): Promise<void>;
}

interface Incarnation {
  readonly client: KafkaClient;
  readonly consumer: Consumer;
  readonly work: MemberWork;
  /** Resolves when kafkajs runs or has given up. */
  readonly started: Promise<void>;
  /** Resolves with the error that kafkajs gave up on. */
  readonly crashed: Promise<unknown>;
  /** Stops fetching, and ends the wait for a fetch in flight. */
  endFetches(): void;
}

/** Keeps a member in the group until it is closed: joins again after any failure. */
export function becomeMember(deps: MembershipDeps): Membership {
  const closing = Promise.withResolvers<void>();
  const life: { closed: boolean; failure?: unknown; failures: number } = { closed: false, failures: 0 };
  const faults = faultSource(deps.report, `group ${deps.subscription.group}`);
  const limits = limitsOf(deps.address);
  const { firstJoinMs } = limits;
  const begunAt = performance.now();
  let joined = false;
  let current: Incarnation | null = null;

  async function live(): Promise<void> {
    await deps.ready();
    if (life.closed) return;
    current = connectMember(deps, limits, () => {
      delete life.failure;
      life.failures = 0;
      joined = true;
      faults.worked();
    });
    const error = await Promise.race([current.crashed, closing.promise]);
    if (life.closed) return;
    await current.work.revoke(limits.handlersMs);
    current.client.abandon();
    current = null;
    throw error;
  }

  async function stay(): Promise<void> {
    while (!life.closed) {
      try {
        await live();
      } catch (error) {
        life.failures += 1;
        life.failure = error;
        // A broker that has just started asks for a second try, which is not a fault.
        if (life.failures > 1 || !asksForRetry(error)) {
          const what = `group ${deps.subscription.group}: not a member; joining again`;
          faults.failed(isRefused(error) ? unavailable(`Joining group ${deps.names.group(deps.subscription.group)}`, error) : error, what);
        }
        await Promise.race([Bun.sleep(REJOIN_MS), closing.promise]);
      }
    }
    if (current !== null) await leave(current, deps);
  }

  const staying = stay();
  return {
    parked: () => current?.work.failure(),
    failure() {
      if (life.failure !== undefined || joined || performance.now() - begunAt < firstJoinMs) return life.failure;
      return new Error(`no place in group ${deps.subscription.group} after ${firstJoinMs} ms`);
    },
    close: () => {
      life.closed = true;
      closing.resolve();
      return staying;
    },
  };
}

function asksForRetry(error: unknown): boolean {
  return error instanceof KafkaJSProtocolError && error.retriable;
}

function connectMember(deps: MembershipDeps, { sessionMs, handlersMs }: Limits, joined: () => void): Incarnation {
  const { names, subscription, room, handlerFailed, report } = deps;
  const topics = [...new Set(subscription.topics)].map(names.onBroker);
  const client = kafkaClient(deps.address, FOR_EVER);
  const ending = new AbortController();
  const paused = new Set<string>();
  const consumer = client.kafka.consumer({
    groupId: names.group(subscription.group),
    sessionTimeout: sessionMs,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytes: BYTES_PER_ANSWER,
    maxBytesPerPartition: BYTES_PER_ANSWER,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      assigner(names.declared, {
        beforeJoin: () => {
          paused.clear();
          return work.revoke(handlersMs);
        },
        fetchWaitMs: () => (paused.size > 0 || work.failure() !== undefined ? SHORT_FETCH_WAIT_MS : FETCH_WAIT_MS),
        ending: ending.signal,
      }),
    ],
    retry: FOR_EVER,
  });
  const work = memberWork({
    group: subscription.group,
    groupOnBroker: names.group(subscription.group),
    subscriber: subscription,
    room,
    topicOfCaller: names.ofCaller,
    setFetching: (topic, partition, wanted) => {
      const which = [{ topic, partitions: [partition] }];
      if (wanted) {
        paused.delete(`${topic}/${partition}`);
        consumer.resume(which);
      } else {
        paused.add(`${topic}/${partition}`);
        consumer.pause(which);
      }
    },
    handlerFailed,
    report,
  });
  const crashed = Promise.withResolvers<unknown>();
  consumer.on(consumer.events.CRASH, ({ payload }) => crashed.resolve(payload.error));
  consumer.on(consumer.events.REQUEST_TIMEOUT, client.cut);
  consumer.on(consumer.events.FETCH, work.fetched);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    work.assigned(payload.memberAssignment);
    joined();
  });
  const started = start(consumer, topics, work).catch(crashed.resolve);
  return { client, consumer, work, started, crashed: crashed.promise, endFetches: () => ending.abort() };
}

async function start(consumer: Consumer, topics: string[], work: MemberWork): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => work.take(payload),
  });
}

/** Lets the handlers end, then leaves, so that other members need not wait for the end of the session. */
async function leave({ client, consumer, work, started, endFetches }: Incarnation, deps: MembershipDeps): Promise<void> {
  try {
    // A consumer that is stopped while it starts may run on.
    await withTimeout(LEAVE_LIMIT_MS, started, 'joining the group');
    // It sends heartbeats until its handlers have ended, and fetches nothing.
    consumer.pause(deps.subscription.topics.map((topic) => ({ topic: deps.names.onBroker(topic) })));
  } catch (error) {
    deps.report(error, 'closing a subscription that has not begun');
    client.abandon();
  }
  await work.end(HANDLERS_AT_CLOSE_MS);
  try {
    endFetches();
    await withTimeout(LEAVE_LIMIT_MS, consumer.disconnect(), `leaving group ${deps.subscription.group}`);
  } catch (error) {
    deps.report(error, 'leaving the group failed; the others take over when the session ends');
  }
  client.abandon();
}

const { MemberMetadata, MemberAssignment } = AssignerProtocol;
const ASSIGNMENT_VERSION = 0;

interface Candidate {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
  readonly assignment: Record<string, number[]>;
}

/**
 * Assigns partitions as the embedded log does: members that read a topic take turns over the partitions of all topics.
 * kafkajs' own assigner gives partitions also to members that do not read their topic, as happens between two versions of a service.
 */
function assigner(topics: readonly TopicDeclaration[], member: Omit<PoliteAssigner, keyof Assigner>): PartitionAssigner {
  const partitions = topics
    .flatMap(({ name, partitions: count }) => Array.from({ length: count }, (_, number) => ({ topic: name, number })))
    .map((partition, id) => ({ ...partition, id }));

  const polite: PoliteAssigner = {
    name: 'SoukAssigner',
    version: ASSIGNMENT_VERSION,
    ...member,
    protocol: ({ topics: read }) => ({
      name: 'SoukAssigner',
      metadata: MemberMetadata.encode({ version: ASSIGNMENT_VERSION, topics: read, userData: Buffer.alloc(0) }),
    }),
    assign: async ({ members }) => {
      const candidates = members.map(candidateOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const partition of partitions) {
        const owner = ownerOf(partition, candidates);
        if (owner !== null) (owner.assignment[partition.topic] ??= []).push(partition.number);
      }
      return candidates.map(({ id, assignment }) => ({
        memberId: id,
        memberAssignment: MemberAssignment.encode({ version: ASSIGNMENT_VERSION, assignment, userData: Buffer.alloc(0) }),
      }));
    },
  };
  return () => polite;
}

function candidateOf({ memberId, memberMetadata }: GroupMember): Candidate {
  const topics = MemberMetadata.decode(memberMetadata)?.topics ?? [];
  return { id: memberId, topics: new Set(topics), assignment: {} };
}
