import { type Admin, type Consumer, type EachBatchPayload, KafkaJSProtocolError } from 'kafkajs';
import type { PartitionLag, SeeReplayed } from '../event-log.ts';
import { type KafkaTopicsOptions, SESSION_MS, type TopicNames, topicNames } from './kafka-address.ts';
import { answerOf, isRefused, type KafkaClient, kafkaClient, unavailable } from './kafka-client.ts';
import { fetchedRecords, receivedMessage } from './received-records.ts';
import { withTimeout } from '../../timeouts.ts';

/** Time limit from one batch to the next, including the handling of a batch. */
const STALL_LIMIT_MS = 60_000;
const LEAVE_LIMIT_MS = 3000;
const MESSAGES_PER_CALL = 500;
/** Less than kafkajs' defaults of 10 MiB and 1 MiB: reading 800,000 messages takes 133 MB of memory instead of 316. */
const BYTES_PER_ANSWER = 2 ** 20;
const BYTES_PER_PARTITION = 2 ** 18;

/** Used if the broker allows it: `see` may take long over a batch, and heartbeats are sent between two batches only. */
const LONG_SESSION_MS = 30_000;

/** First and end offsets of a topic's partitions, by partition; a partition ends where its first open transaction begins. */
type Ends = ReadonlyMap<number, { readonly low: bigint; readonly high: bigint }>;

/** Reads topics for checkers and operators; moves no group's offsets. */
export interface TopicReader {
  /** As `EventLog.replay`. */
  read(topics: readonly string[], see: SeeReplayed, signal?: AbortSignal): Promise<void>;
  /** Number of messages the group has still to handle, for every partition of the declared topics. */
  lag(group: string): Promise<readonly PartitionLag[]>;
  close(): void;
}

export async function openTopicReader(options: KafkaTopicsOptions): Promise<TopicReader> {
  const names = topicNames(options);
  const client = kafkaClient(options);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
  } catch (error) {
    client.abandon();
    throw error;
  }
  return {
    async read(topics, see, signal) {
      const { sessionMs = SESSION_MS } = options;
      const read = (session: number) => readTopics({ client, admin, names, session }, topics, see, signal);
      try {
        // A broker that refuses so long a session does so before anything is read.
        await read(Math.max(sessionMs, LONG_SESSION_MS)).catch((error: unknown) => {
          if (answerOf(error) !== 'INVALID_SESSION_TIMEOUT') throw error;
          return read(sessionMs);
        });
      } catch (error) {
        throw isRefused(error) ? unavailable(`Reading ${topics.join(', ')}`, error) : error;
      }
    },
    lag: async (group) => (await Promise.all(names.declared.map(({ name }) => lagOf(admin, names, name, group)))).flat(),
    close: client.abandon,
  };
}

interface Reading {
  readonly client: KafkaClient;
  readonly admin: Admin;
  readonly names: TopicNames;
  /** Milliseconds, as `KafkaAddress.sessionMs`. */
  readonly session: number;
}

async function readTopics(
  { client, admin, names, session: sessionTimeout }: Reading,
  topics: readonly string[],
  see: SeeReplayed,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const onBroker = topics.map(names.onBroker);
  const ends = new Map(await Promise.all(onBroker.map(async (topic) => [topic, await endsOf(admin, topic)] as const)));
  // Kafka clients can read whole topics only in a group; this group stores no offsets and is deleted at the end.
  const groupId = names.group(`reader-${crypto.randomUUID()}`);
  const consumer = client.kafka.consumer({
    groupId,
    sessionTimeout,
    maxWaitTimeInMs: 100,
    maxBytes: BYTES_PER_ANSWER,
    maxBytesPerPartition: BYTES_PER_PARTITION,
    allowAutoTopicCreation: false,
  });
  const all = Promise.withResolvers<void>();
  // A rejection is handled where the promise is awaited, below.
  all.promise.catch(() => undefined);
  const stop = () => all.reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const stalled = setTimeout(() => all.reject(new Error(`${topics.join(', ')}: no batch within ${STALL_LIMIT_MS} ms`)), STALL_LIMIT_MS);
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
    // A broker that has just started knows its groups a little later; kafkajs asks again by itself.
    if (!(error instanceof KafkaJSProtocolError && error.retriable)) all.reject(error);
  });
  const take = reading(ends, names, see, all.resolve);
  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    try {
      await take(payload);
      stalled.refresh();
    } catch (error) {
      all.reject(error);
      throw error;
    }
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: onBroker, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
    await all.promise;
  } finally {
    clearTimeout(stalled);
    signal?.removeEventListener('abort', stop);
    await forget(consumer, admin, groupId);
  }
}

/** Calls `done` as soon as every partition was seen up to its end. */
function reading(
  ends: ReadonlyMap<string, Ends>,
  names: TopicNames,
  see: SeeReplayed,
  done: () => void,
): (payload: EachBatchPayload) => Promise<void> {
  const total = [...ends.values()].flatMap((ofTopic) => [...ofTopic.values()]).reduce((sum, { low, high }) => sum + Number(high - low), 0);
  const missing = new Set(
    [...ends].flatMap(([topic, ofTopic]) =>
      [...ofTopic].filter(([, { low, high }]) => low < high).map(([partition]) => `${topic}/${partition}`),
    ),
  );
  if (missing.size === 0) done();

  return async ({ batch, resolveOffset, heartbeat }) => {
    const { topic, partition } = batch;
    if (!missing.has(`${topic}/${partition}`)) return;
    const high = ends.get(topic)?.get(partition)?.high ?? 0n;
    const { messages, unreadable, heldFrom } = fetchedRecords(batch);
    if (heldFrom !== undefined) return;
    // An unreadable batch is shown as one unreadable message: an empty one.
    const shown = unreadable === undefined ? messages : batch.messages;
    const wanted = shown.filter(({ offset }) => BigInt(offset) < high);
    for (let from = 0; from < wanted.length; from += MESSAGES_PER_CALL) {
      const records = wanted.slice(from, from + MESSAGES_PER_CALL);
      await see(records.map((record) => receivedMessage(names.ofCaller(topic), partition, record)), total);
      await heartbeat();
    }
    resolveOffset(batch.lastOffset());
    if (BigInt(batch.lastOffset()) + 1n >= high) missing.delete(`${topic}/${partition}`);
    if (missing.size === 0) done();
  };
}

async function forget(consumer: Consumer, admin: Admin, groupId: string): Promise<void> {
  const leaving = consumer.disconnect().then(() => admin.deleteGroups([groupId]));
  // An empty group without offsets is harmless; the broker forgets it by itself.
  await withTimeout(LEAVE_LIMIT_MS, leaving, 'leaving the reader group').catch(() => undefined);
}

async function endsOf(admin: Admin, topic: string): Promise<Ends> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

async function lagOf(admin: Admin, names: TopicNames, topic: string, group: string): Promise<PartitionLag[]> {
  const ends = await endsOf(admin, topic);
  const [committed] = await admin.fetchOffsets({ groupId: names.group(group), topics: [topic] });
  const next = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  return [...ends].map(([partition, { low, high }]) => {
    const from = next.get(partition) ?? -1n;
    // -1: the group has stored nothing here yet.
    return { topic: names.ofCaller(topic), partition, messages: Number(high - (from > low ? from : low)) };
  });
}
