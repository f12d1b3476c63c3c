import type { PartitionerArgs, Producer, TopicMessages } from 'kafkajs';
import { EventLogError, type LogMessage } from '../event-log.ts';
import type { KafkaAddress } from './kafka-address.ts';
import { type KafkaClient, kafkaClient, unavailable } from './kafka-client.ts';
import { messageBytes, type RefusedMessage, tooLarge } from '../message-limits.ts';
import { murmur2 } from '../partitions.ts';
import { withTimeout } from '../../timeouts.ts';

/** A broker accepts record batches of 1 MiB by default; all messages of a topic may fall into one partition. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_MESSAGES = 2000;
/**
 * Share by which a batch may be larger than the one before, until the broker refuses one again: at a limit far below ours
 * that is about one batch in fifty.
 */
const GROWTH = 1 / 64;
const LEAST_GROWTH_BYTES = 1024;

export interface SizedMessage {
  readonly message: LogMessage;
  readonly bytes: number;
}

interface Send {
  readonly refused: RefusedMessage[];
  resolve(refused: readonly RefusedMessage[]): void;
  reject(error: unknown): void;
}

interface Waiting extends SizedMessage {
  readonly send: Send;
  readonly isLast: boolean;
}

/**
 * A queue of the messages of all callers, sent with one batch in flight, which keeps their order. When a batch
 * fails, all waiting messages fail with it, because later ones must not overtake it. A batch that is too large
 * for the broker is halved until it is accepted, or until the one message is left that the broker will never accept. So is a
 * batch on which it closes the connection, as some do when it is too large; for a single message that is no permanent refusal.
 */
export function sendQueue(sendBatch: (messages: readonly LogMessage[]) => Promise<void>) {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let budget = BATCH_BYTES;

  async function run(): Promise<void> {
    // Sends of the same turn of the event loop share a batch.
    await Promise.resolve();
    while (waiting.length > 0) await sendNext(waiting.splice(0, batchLength(waiting, budget)));
    running = null;
  }

  async function sendNext(batch: readonly Waiting[]): Promise<void> {
    try {
      await sendBatch(batch.map(({ message }) => message));
      budget = Math.min(BATCH_BYTES, Math.floor(budget + Math.max(LEAST_GROWTH_BYTES, budget * GROWTH)));
    } catch (error) {
      if (batch.length > 1 && (isTooLarge(error) || isHangUp(error))) return halve(batch);
      if (!isTooLarge(error)) return failAll(batch, error);
      for (const { message, bytes, send } of batch) send.refused.push(tooLarge(message, bytes, "the broker's limit (max.message.bytes)"));
    }
    for (const { isLast, send } of batch) if (isLast) send.resolve(send.refused);
  }

  function halve(batch: readonly Waiting[]): void {
    waiting = [...batch, ...waiting];
    budget = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
  }

  function failAll(batch: readonly Waiting[], error: unknown): void {
    const failed = [...batch, ...waiting];
    waiting = [];
    for (const { isLast, send } of failed) if (isLast) send.reject(error);
  }

  return {
    /** Returns the messages that the broker will never accept; all others are sent. When it rejects, some may have been sent. */
    send(messages: readonly SizedMessage[]): Promise<readonly RefusedMessage[]> {
      if (messages.length === 0) return Promise.resolve([]);
      const { promise, resolve, reject } = Promise.withResolvers<readonly RefusedMessage[]>();
      const send: Send = { refused: [], resolve, reject };
      const last = messages.length - 1;
      for (const [index, each] of messages.entries()) waiting.push({ ...each, send, isLast: index === last });
      running ??= run();
      return promise;
    },
    /** Resolves when nothing is in flight. */
    idle: (): Promise<void> => running ?? Promise.resolve(),
  };
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'message-too-large';
}

function isHangUp(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'connection-closed';
}

/** Number of messages in the next batch: at least one, and those that fit with it. */
function batchLength(waiting: readonly Waiting[], budget: number): number {
  let bytes = 0;
  for (const [index, each] of waiting.entries()) {
    bytes += each.bytes;
    if (index > 0 && (bytes > budget || index >= BATCH_MESSAGES)) return index;
  }
  return waiting.length;
}

/** Milliseconds after which a batch counts as not sent, whatever happened to it; enough for two requests and their connections. */
const SEND_LIMIT_MS = 10_000;
const DISCONNECT_LIMIT_MS = 500;

interface Connected {
  readonly client: KafkaClient;
  readonly producer: Producer;
}

export interface BatchProducer {
  /**
   * Resolves when all in-sync replicas have the messages. Throws EventLogError within 10 s: `message-too-large` when the
   * broker refuses a batch of one partition for its size, `connection-closed` when it closes the connection before it answers, as
   * a broker does on a request beyond its `socket.request.max.bytes` (and when it dies), else `log-unavailable`.
   */
  sendBatch(messages: readonly LogMessage[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Not idempotent in Kafka's sense: in that mode kafkajs loses acknowledged messages after an error. Duplicates are
 * harmless here. After any failure the connections are closed, so that no late retry of kafkajs comes in between.
 */
export function batchProducer(address: KafkaAddress, onBroker: (topic: string) => string): BatchProducer {
  let current: Connected | null = null;

  async function connected(): Promise<Producer> {
    if (current !== null) return current.producer;
    const client = kafkaClient(address);
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: () => partitionOf,
      idempotent: false,
    });
    producer.on(producer.events.REQUEST_TIMEOUT, client.cut);
    current = { client, producer };
    await producer.connect();
    return producer;
  }

  async function attempt(topicMessages: TopicMessages[]): Promise<void> {
    const producer = await connected();
    await producer.sendBatch({ topicMessages, acks: -1 });
  }

  function giveUp(): void {
    current?.client.abandon();
    current = null;
  }

  return {
    sendBatch: async (messages) => {
      try {
        await withTimeout(SEND_LIMIT_MS, attempt(byTopic(messages, onBroker)), 'an answer of the broker');
      } catch (error) {
        giveUp();
        throw failure(messages, error);
      }
    },
    close: async () => {
      const leaving = current?.producer.disconnect() ?? Promise.resolve();
      // Nothing is in flight any more, so a disorderly end loses nothing.
      await withTimeout(DISCONNECT_LIMIT_MS, leaving, 'the end of the producer').catch(() => undefined);
      giveUp();
    },
  };
}

function failure(messages: readonly LogMessage[], error: unknown): EventLogError {
  const what = `The broker did not accept ${messages.length} messages`;
  if (refusesSize(error)) return new EventLogError('message-too-large', what, error);
  if (!isClosedConnection(error)) return unavailable(what, error);
  const size = messages.reduce((sum, message) => sum + messageBytes(message, JSON.stringify(message.headers)), 0);
  const hint = `it closed the connection. If it does so each time, its socket.request.max.bytes is below these ${size} bytes`;
  return new EventLogError('connection-closed', `${what}: ${hint}`, error);
}

const SIZE_REFUSALS: readonly unknown[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** True if the broker refused a batch for its size; kafkajs wraps the answer once or several times. */
function refusesSize(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && SIZE_REFUSALS.includes(error.type)) || refusesSize(error.cause);
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KafkaJSConnectionClosedError' || isClosedConnection(error.cause));
}

function byTopic(messages: readonly LogMessage[], onBroker: (topic: string) => string): TopicMessages[] {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic: onBroker(topic),
    messages: ofTopic.map(({ key, value, headers }) => ({ key, value, headers })),
  }));
}

/** The partition by key, as Kafka clients choose it by default. */
function partitionOf({ message, partitionMetadata }: PartitionerArgs): number {
  return (murmur2(String(message.key)) & 0x7fffffff) % partitionMetadata.length;
}
