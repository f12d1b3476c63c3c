import type { Database } from 'bun:sqlite';
import { checkpoint, keepWalSmall, pauseCheckpoints } from '../../checkpoints.ts';
import { harmless } from '../../telemetry/report.ts';
import type { PlacedMessage } from './block.ts';
import { type EventLog, EventLogError, type HandlerFailure, type SubscribeOptions, type Subscription, type TopicDeclaration } from '../event-log.ts';
import { createGroup, createGroupPosition, type Group } from './group.ts';
import { assignPartition, type CommittedMessage, openJournal } from './journal.ts';
import { checkpointLog, declareTopics, lockData, openLogDatabase, openOffsetStore, partitionsOf, type Synchronous } from './log-file.ts';
import { inspectLog, type LogInspection, replayStored, storedMessages } from './log-reader.ts';
import { MessagesRefusedError, type RefusedMessage } from '../message-limits.ts';
import { openPartitionIndex } from './partition-index.ts';
import type { Partition } from '../partitions.ts';
import { createTail, type Tail, type TailBudget } from './tail.ts';

interface EmbeddedLogOptions {
  /** The SQLite file; `<path>.lock` beside it keeps a second process out. */
  readonly path: string;
  readonly topics: readonly TopicDeclaration[];
  /** FULL: a resolved send survives a power cut. NORMAL: it survives only a crash of the process. */
  readonly synchronous?: Synchronous;
  /** Time a handler may go on running after its signal has fired. */
  readonly handlerLimitMs?: number;
  /** Epoch milliseconds, for the messages' timestamps. */
  readonly now?: () => number;
  /** Called each time a handler rejects; the messages are delivered again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
}

export interface EmbeddedLog extends EventLog, LogInspection {}

/** About 32 MB of recent messages in memory for all partitions together. */
const TAIL_CHARACTERS = 16 * 1024 * 1024;

/** The event log in one SQLite file. Throws EventLogError `data-in-use`, `later-version`, `damaged` and `partitions-changed`. */
export function openEmbeddedLog(options: EmbeddedLogOptions): EmbeddedLog {
  const release = lockData(options.path);
  let db: Database | null = null;
  try {
    db = openLogDatabase(options.path, options.synchronous ?? 'FULL');
    return openOn(db, options, release);
  } catch (error) {
    db?.close();
    release();
    throw error;
  }
}

function openOn(db: Database, options: EmbeddedLogOptions, release: () => void): EmbeddedLog {
  const { handlerLimitMs = 10_000, now = Date.now, onHandlerFailure = () => undefined } = options;
  const topics = declareTopics(db, options.topics);
  const index = openPartitionIndex(db);
  const offsets = openOffsetStore(db);
  const readStored = storedMessages(db, index);
  const budget: TailBudget = { used: 0, limit: TAIL_CHARACTERS };
  const tails = new Map<number, Tail>();
  const groups = new Map<string, Group>();
  const memberships = new Set<Subscription>();
  const journal = openJournal({ db, index, offsets, now, committed });
  let closing: Promise<void> | null = null;

  for (const partition of [...topics.values()].flat()) {
    const read = (from: number) => readStored(partition, from);
    tails.set(partition.id, createTail({ end: index.end(partition.id), budget, readStored: read }));
  }

  function tailOf(partition: Partition): Tail {
    const tail = tails.get(partition.id);
    if (tail === undefined) throw new EventLogError('unknown-topic', `Topic ${partition.topic} is not in this log`);
    return tail;
  }

  function committed(messages: readonly CommittedMessage[]): void {
    const touched = new Set<Tail>();
    for (const message of messages) {
      const tail = tailOf(message.partition);
      tail.append(message);
      touched.add(tail);
    }
    for (const tail of touched) tail.wakeReaders();
  }

  function groupOf(name: string): Group {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const group = createGroup((partition) =>
      createGroupPosition({
        group: name,
        partition,
        tail: tailOf(partition),
        handlerLimitMs,
        start: offsets.next(name, partition.id),
        failed: harmless(onHandlerFailure),
        moved: (nextId) => {
          offsets.move(name, partition.id, nextId);
          journal.offsetsMoved();
        },
      }),
    );
    groups.set(name, group);
    return group;
  }

  async function send(messages: Parameters<EventLog['send']>[0]): Promise<void> {
    assertOpen();
    const placed: PlacedMessage[] = [];
    const refused: RefusedMessage[] = [];
    for (const each of messages.map((message) => assignPartition(topics, message))) {
      if ('cause' in each) refused.push(each);
      else placed.push(each);
    }
    if (placed.length > 0) await journal.send(placed);
    if (refused.length > 0) throw new MessagesRefusedError(refused);
  }

  async function subscribe(subscriber: SubscribeOptions): Promise<Subscription> {
    assertOpen();
    const partitions = [...new Set(subscriber.topics)].flatMap((name) => partitionsOf(topics, name));
    const membership = groupOf(subscriber.group).join(partitions, subscriber);
    memberships.add(membership);
    const close = async (): Promise<void> => {
      await membership.close();
      if (memberships.delete(membership)) journal.flush();
    };
    return { close };
  }

  function assertOpen(): void {
    if (closing !== null) throw new EventLogError('log-closed', 'The event log is closed');
  }

  async function replay(...asked: Parameters<EventLog['replay']>): Promise<void> {
    assertOpen();
    await replayStored({ topics, index, readStored }, ...asked);
  }

  async function check(): Promise<void> {
    assertOpen();
    const failure = journal.failure();
    if (failure !== null) throw new EventLogError('log-unavailable', 'The last write to the event log failed', failure);
    db.query('select 1').get();
  }

  async function closeAll(): Promise<void> {
    try {
      await Promise.all([...memberships].map((membership) => membership.close()));
      journal.flush();
      checkpoint(db, 'truncate');
    } finally {
      leaveWal();
      db.close();
      release();
    }
  }

  const leaveWal = keepWalSmall(options.path, {
    pause: () => pauseCheckpoints(db),
    resume: () => checkpointLog(db),
  });
  return {
    ...inspectLog({ db, topics, index, offsets }),
    send,
    subscribe,
    replay,
    check,
    close: () => (closing ??= closeAll()),
  };
}
