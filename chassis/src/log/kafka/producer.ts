import type { PartitionerArgs, Producer, TopicMessages } from 'kafkajs';
import type { LogMessage } from '../event-log.ts';
import { EventLogError } from '../event-log-error.ts';
import { messageBytes } from '../message-limits.ts';
import { type KafkaClient, kafkaClient } from './kafka-client.ts';
import type { KafkaAddress } from './kafka-address.ts';
import { murmur2 } from '../murmur2.ts';
import { unavailable } from './refusals.ts';
import { withTimeout } from '../../timeouts.ts';

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
  const what = `The broker did not take ${messages.length} messages`;
  if (refusesSize(error)) return new EventLogError('message-too-large', what, error);
  if (!isHangUp(error)) return unavailable(what, error);
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

function isHangUp(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KafkaJSConnectionClosedError' || isHangUp(error.cause));
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
