import type { Database } from 'bun:sqlite';
import { cutIntoBlocks, type PlacedMessage, toBlock } from './block.ts';
import { EventLogError, type LogMessage, type ReceivedMessage } from '../event-log.ts';
import { inTransaction, type OffsetStore, partitionsOf, type TopicTable } from './log-file.ts';
import { MESSAGE_LIMIT, messageBytes, type RefusedMessage, tooLarge } from '../message-limits.ts';
import type { PartitionIndex, Span } from './partition-index.ts';
import { type Partition, partitionOf } from '../partitions.ts';

/** One transaction takes whole sends until it has this many messages: about 20 ms of work. */
const MESSAGES_PER_COMMIT = 4096;
/** Offsets are stored with a send's commit if their last store is OFFSETS_RIDE_MS old, and alone OFFSETS_ALONE_MS after they moved. */
const OFFSETS_RIDE_MS = 50;
const OFFSETS_ALONE_MS = 100;

/** The only writer of the log's file: a group commit of everything sent in one turn of the event loop, and of offsets. */
interface Journal {
  send(messages: readonly PlacedMessage[]): Promise<void>;
  /** Called when an offset has moved. */
  offsetsMoved(): void;
  /** Commits all waiting sends and offsets before it returns. */
  flush(): void;
  /** The error of the last write; null if it succeeded. */
  failure(): unknown;
}

/** A message after the commit. */
export interface CommittedMessage {
  readonly partition: Partition;
  readonly id: number;
  readonly received: ReceivedMessage;
}

interface Waiting {
  readonly messages: readonly PlacedMessage[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface Appended {
  readonly messages: CommittedMessage[];
  readonly spans: (Span & { readonly partitionId: number })[];
}

interface JournalDeps {
  readonly db: Database;
  readonly index: PartitionIndex;
  readonly offsets: OffsetStore;
  readonly now: () => number;
  readonly committed: (messages: readonly CommittedMessage[]) => void;
}

export function openJournal({ db, index, offsets, now, committed }: JournalDeps): Journal {
  const insert = db.query('insert into blocks (first_id, at, spans, form, checksum, body) values (?, ?, ?, ?, ?, ?)');
  let waiting: Waiting[] = [];
  let scheduled = false;
  let offsetsStoredAt = performance.now();
  let offsetsTimer: ReturnType<typeof setTimeout> | null = null;
  let failure: unknown = null;

  function append(sends: readonly Waiting[]): Appended {
    const at = now();
    let id = index.nextId();
    const appended: Appended = { messages: [], spans: [] };
    // Sorted by partition, so that messages of one partition are adjacent; they keep their order.
    const messages = sends.flatMap((send) => send.messages).toSorted((one, other) => one.partition.id - other.partition.id);
    for (const block of cutIntoBlocks(messages)) {
      const { parts, spans, form, checksum, body } = toBlock(block);
      insert.run(id, at, spans, form, checksum, body);
      let first = id;
      for (const { partitionId, count } of parts) {
        appended.spans.push({ partitionId, first, count });
        first += count;
      }
      for (const { partition, message } of block) {
        const { topic, key, value, headers } = message;
        const received = { topic, key, value, headers, partition: partition.number, offset: String(id), timestamp: at };
        appended.messages.push({ partition, id, received });
        id += 1;
      }
    }
    return appended;
  }

  /** Throws when the transaction fails; then nothing has changed, in the file or in memory. */
  function write(sends: readonly Waiting[], withOffsets: boolean): void {
    const withRuns = index.due();
    let appended: Appended = { messages: [], spans: [] };
    try {
      inTransaction(db, () => {
        if (withOffsets) offsets.store();
        if (withRuns) index.store();
        appended = append(sends);
      });
      failure = null;
    } catch (error) {
      failure = error;
      throw error;
    }
    if (withOffsets) offsetsAreStored();
    if (withRuns) index.stored();
    for (const { partitionId, ...span } of appended.spans) index.add(partitionId, span);
    for (const send of sends) send.resolve();
    committed(appended.messages);
  }

  function takeSends(): Waiting[] {
    let messages = 0;
    let count = 0;
    for (const send of waiting) {
      if (messages >= MESSAGES_PER_COMMIT) break;
      messages += send.messages.length;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  function commitSends(): void {
    scheduled = false;
    const sends = takeSends();
    if (sends.length === 0) return;
    const offsetsRide = offsets.isDirty() && performance.now() - offsetsStoredAt >= OFFSETS_RIDE_MS;
    try {
      write(sends, offsetsRide);
    } catch (error) {
      for (const send of sends) send.reject(error);
    }
    if (waiting.length > 0) schedule();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(commitSends);
  }

  function offsetsAreStored(): void {
    offsets.stored();
    offsetsStoredAt = performance.now();
    if (offsetsTimer !== null) clearTimeout(offsetsTimer);
    offsetsTimer = null;
  }

  function offsetsMoved(): void {
    offsetsTimer ??= setTimeout(storeOffsets, OFFSETS_ALONE_MS);
  }

  function storeOffsets(): void {
    offsetsTimer = null;
    try {
      write([], true);
    } catch {
      // `failure` keeps the error for check(); the offsets stay dirty and are stored at the next try.
      offsetsMoved();
    }
  }

  function flush(): void {
    while (waiting.length > 0) commitSends();
    if (offsets.isDirty()) write([], true);
  }

  return {
    send: (messages) =>
      new Promise((resolve, reject) => {
        waiting.push({ messages, resolve, reject });
        schedule();
      }),
    offsetsMoved,
    flush,
    failure: () => failure,
  };
}

/** Assigns a message to its partition, or refuses it as too large, before anything is queued. */
export function assignPartition(topics: TopicTable, message: LogMessage): PlacedMessage | RefusedMessage {
  const partitions = partitionsOf(topics, message.topic);
  const headersJson = JSON.stringify(message.headers);
  const bytes = messageBytes(message, headersJson);
  if (bytes > MESSAGE_LIMIT) return tooLarge(message, bytes);
  const partition = partitions[partitionOf(message.key, partitions.length)];
  if (partition === undefined) throw new EventLogError('unknown-topic', `Topic ${message.topic} has no partitions`);
  return { partition, message, headersJson, bytes };
}
