import { endedWithin } from '../../timeouts.ts';
import { harmless, harmlessReport } from '../../telemetry/report.ts';
import type { EventLog, LogMessage, SubscribeOptions, Subscription } from '../event-log.ts';
import { EventLogError } from '../event-log-error.ts';
import { MESSAGE_LIMIT, messageBytes, MessagesRefusedError, type RefusedMessage, tooLarge } from '../message-limit.ts';
import type { KafkaLogOptions } from './kafka-log-options.ts';
import { becomeMember, type Membership } from './membership.ts';
import { brokerProbe, type Probe } from './probe.ts';
import { batchProducer, type BatchProducer } from './producer.ts';
import { openTopicReader } from './read-topics.ts';
import { unavailable } from './refusals.ts';
import { isTooLarge, sendQueue, type SizedMessage } from './send-queue.ts';
import { topicNames } from './topic-names.ts';
import { tellSettings } from './topic-settings.ts';
import { waitingRoom } from './waiting-room.ts';

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
