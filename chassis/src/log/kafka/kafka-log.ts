import type { Admin } from 'kafkajs';
import { assertAsDeclared, presentTopics, tellSettings } from './declare-topics.ts';
import { type EventLog, EventLogError, type HandlerFailure, type LogMessage, type SubscribeOptions, type Subscription, type TopicDeclaration } from '../event-log.ts';
import { type KafkaAddress, type KafkaTopicsOptions, topicNames } from './kafka-address.ts';
import { isRefused, type KafkaClient, kafkaClient, unavailable } from './kafka-client.ts';
import { becomeMember, type Membership } from './membership.ts';
import { MESSAGE_LIMIT, messageBytes, MessagesRefusedError, type RefusedMessage, tooLarge } from '../message-limits.ts';
import { waitingRoom } from './partition-worker.ts';
import { type BatchProducer, batchProducer, isTooLarge, sendQueue, type SizedMessage } from './producer.ts';
import { openTopicReader } from './read-topics.ts';
import { harmless, harmlessReport, type Report } from '../../telemetry/report.ts';
import { endedWithin, withTimeout } from '../../timeouts.ts';

export interface KafkaLogOptions extends KafkaTopicsOptions {
  /** Called each time a handler rejects; the messages are delivered again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
  /** Reports errors of background work, which no caller waits for. */
  readonly report: Report;
}

/** Milliseconds given to work in progress when the log is closed. */
const CLOSE_MS = 1000;

/**
 * Opens the event log on a Kafka API. Throws EventLogError `topics-differ` when its topics are not as declared. When no broker
 * answers, it opens all the same: `check` and `send` reject until one does, and subscriptions begin then.
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { log, looked } = beginKafkaLog(options);
  await looked;
  return log;
}

/** As `openKafkaLog`, without waiting for the broker's answer; `looked` rejects with what opening would throw. */
export function beginKafkaLog(given: KafkaLogOptions): { readonly log: EventLog; readonly looked: Promise<void> } {
  const { report, onHandlerFailure = () => undefined } = given;
  const options = { ...given, report: harmlessReport(report), onHandlerFailure: harmless(onHandlerFailure) };
  const names = topicNames(options);
  const onBroker = names.declared.map(({ name }) => name);
  const probe = brokerProbe(options, names.declared, (admin) => tellSettings(admin, onBroker, options.report));
  const log = logOn(options, probe, batchProducer(options, names.onBroker), names);
  return { log, looked: firstLook(options, probe, log) };
}

async function firstLook({ report }: KafkaLogOptions, probe: Probe, log: EventLog): Promise<void> {
  try {
    await probe.look();
  } catch (error) {
    if (!(error instanceof EventLogError) || error.code !== 'log-unavailable') {
      await log.close();
      throw error;
    }
    report(error, 'the event log is away; going on without it until it is there');
  }
}

function logOn(
  options: Required<Pick<KafkaLogOptions, 'onHandlerFailure'>> & KafkaLogOptions,
  probe: Probe,
  producer: BatchProducer,
  names: ReturnType<typeof topicNames>,
): EventLog {
  const { onHandlerFailure, report } = options;
  const memberships = new Set<Membership>();
  const room = waitingRoom();
  let sendFailure: unknown = null;
  let closing: Promise<void> | null = null;

  const queue = sendQueue(async (messages) => {
    try {
      if (!probe.approved()) await probe.look();
      await producer.sendBatch(messages);
      sendFailure = null;
    } catch (error) {
      // A broker that refuses a batch as too large is available.
      sendFailure = isTooLarge(error) ? null : error;
      throw error;
    }
  });

  function assertOpen(): void {
    if (closing !== null) throw new EventLogError('log-closed', 'The event log is closed');
  }

  async function subscribe(subscription: SubscribeOptions): Promise<Subscription> {
    assertOpen();
    // Throws for an undeclared topic here and not in the background.
    subscription.topics.forEach(names.onBroker);
    const ready = probe.look;
    const membership = becomeMember({ address: options, names, subscription, room, ready, handlerFailed: onHandlerFailure, report });
    memberships.add(membership);
    return {
      close: async () => {
        await membership.close();
        memberships.delete(membership);
      },
    };
  }

  async function send(messages: readonly LogMessage[]): Promise<void> {
    assertOpen();
    const sized: SizedMessage[] = [];
    const refused: RefusedMessage[] = [];
    for (const message of messages) {
      names.onBroker(message.topic);
      const bytes = messageBytes(message, JSON.stringify(message.headers));
      if (bytes > MESSAGE_LIMIT) refused.push(tooLarge(message, bytes));
      else sized.push({ message, bytes });
    }
    refused.push(...(await queue.send(sized)));
    if (refused.length > 0) throw new MessagesRefusedError(refused);
  }

  async function replay(...asked: Parameters<EventLog['replay']>): Promise<void> {
    assertOpen();
    const reader = await openTopicReader(options);
    try {
      await reader.read(...asked);
    } finally {
      reader.close();
    }
  }

  async function check(): Promise<void> {
    assertOpen();
    await probe.look();
    if (sendFailure !== null) throw new EventLogError('log-unavailable', 'The last send failed', sendFailure);
    const failure = [...memberships].map((membership) => membership.failure()).find((each) => each !== undefined);
    if (failure !== undefined) throw unavailable('A subscription has no place in its group', failure);
    const parked = [...memberships].map((membership) => membership.parked()).find((each) => each !== undefined);
    if (parked !== undefined) throw parked;
  }

  async function closeAll(): Promise<void> {
    // Messages that are still being sent are sent again by the next process.
    await endedWithin(CLOSE_MS, Promise.all([queue.idle(), ...[...memberships].map((membership) => membership.close())]));
    await producer.close();
    probe.close();
  }

  return { send, subscribe, replay, check, close: () => (closing ??= closeAll()) };
}

/** A look at the broker is reused for this many milliseconds, however many ask. */
const FRESH_MS = 1000;
const LOOK_LIMIT_MS = 3000;

interface Probe {
  /** Throws EventLogError `log-unavailable` when the broker does not answer, `topics-differ` when its topics are not as declared. */
  look(): Promise<void>;
  /** True as soon as a look has found the topics as declared. */
  approved(): boolean;
  close(): void;
}

/**
 * Asks the broker for the declared topics: one small request, shared by all callers at the same time. Calls `approved`, which
 * never rejects, when it first finds them.
 */
function brokerProbe(
  address: KafkaAddress,
  declared: readonly TopicDeclaration[],
  approved: (admin: Admin) => Promise<void>,
): Probe {
  const names = declared.map(({ name }) => name);
  let current: { readonly client: KafkaClient; readonly admin: Admin } | null = null;
  let looking: Promise<void> | null = null;
  let goodAt = -Infinity;

  async function connected(): Promise<Admin> {
    if (current !== null) return current.admin;
    const client = kafkaClient(address);
    const admin = client.kafka.admin();
    current = { client, admin };
    await admin.connect();
    return admin;
  }

  function giveUp(): void {
    current?.client.abandon();
    current = null;
  }

  async function lookNow(): Promise<void> {
    try {
      const present = connected().then(async (admin) => ({ admin, topics: await presentTopics(admin, names) }));
      const { admin, topics } = await withTimeout(LOOK_LIMIT_MS, present, 'an answer of the broker');
      assertAsDeclared(declared, topics);
      if (goodAt === -Infinity) void approved(admin);
      goodAt = performance.now();
    } catch (error) {
      if (error instanceof EventLogError) throw error;
      giveUp();
      const brokers = address.brokers.join(', ');
      throw unavailable(isRefused(error) ? `The brokers ${brokers}` : `No broker of ${brokers} answers`, error);
    } finally {
      looking = null;
    }
  }

  return {
    look: async () => {
      if (performance.now() - goodAt > FRESH_MS) await (looking ??= lookNow());
    },
    approved: () => goodAt > -Infinity,
    close: giveUp,
  };
}
