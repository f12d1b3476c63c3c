import type { EachBatchPayload, IMemberAssignment, Offsets } from 'kafkajs';
import { heldPartitions, parkedPartitions } from './blocked-partitions.ts';
import type { EventLogError, HandlerFailure, Subscriber } from '../event-log.ts';
import { type PartitionWorker, partitionWorker, type WaitingRoom } from './partition-worker.ts';
import { fetchedRecords, receivedMessage } from './received-records.ts';
import { faultSource, type Report } from '../../telemetry/report.ts';
import { withTimeout } from '../../timeouts.ts';

const COMMIT_LIMIT_MS = 1000;

interface MemberWorkDeps {
  readonly group: string;
  readonly groupOnBroker: string;
  readonly subscriber: Subscriber;
  readonly room: WaitingRoom;
  topicOfCaller(onBroker: string): string;
  setFetching(topic: string, partition: number, wanted: boolean): void;
  handlerFailed(failure: HandlerFailure): void;
  readonly report: Report;
}

export interface MemberWork {
  assigned(assignment: IMemberAssignment): void;
  /** kafkajs' eachBatch. It only takes the messages, so that no partition waits for another's handler. */
  take(payload: EachBatchPayload): void;
  /** Called after each fetch, also one that brought nothing. */
  fetched(): void;
  /** Stops all handlers, waits `limitMs` for them at most, and stores their offsets. Never rejects. */
  revoke(limitMs: number): Promise<void>;
  /** `revoke` for good: no handler runs any more, whatever the group assigns. */
  end(limitMs: number): Promise<void>;
  /** The error of a partition that is parked or held; undefined if there is none. */
  failure(): EventLogError | undefined;
}

/** A member's work on its partitions. Fetching runs ahead of handling; only handled messages move the stored offset. */
export function memberWork(deps: MemberWorkDeps): MemberWork {
  const { group, groupOnBroker, subscriber, room, topicOfCaller, setFetching, handlerFailed, report } = deps;
  const workers = new Map<string, PartitionWorker>();
  /** The latest offset at which the first batch after a join may begin, for partitions that were ours before it. */
  const latestStarts = new Map<string, bigint>();
  let commit: (offsets: Offsets) => Promise<void> = () => Promise.reject(new Error('nothing was fetched yet'));
  let ended = false;
  const faults = faultSource(report, `group ${group}`);
  const commits = offsetCommits((offsets) => commit(offsets), report);
  const parked = parkedPartitions({ group: groupOnBroker, report, setFetching: ({ topic, partition }, wanted) => setFetching(topic, partition, wanted) });
  const held = heldPartitions(report);

  function workerOf(topic: string, partition: number): PartitionWorker {
    const name = topicOfCaller(topic);
    return partitionWorker({
      subscriber,
      room,
      handled: (next) => commits.moved(topic, partition, next),
      setFetching: (wanted) => parked.wants({ topic, partition }, wanted),
      failed: ({ offset }, attempt, error) => handlerFailed({ group, topic: name, partition, offset, attempt, error }),
    });
  }

  function assigned(assignment: IMemberAssignment): void {
    if (ended) return;
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) workers.set(keyOf(topic, partition), workerOf(topic, partition));
    }
  }

  function take({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): void {
    const { topic, partition } = batch;
    const key = keyOf(topic, partition);
    const worker = workers.get(key);
    const [first] = batch.messages;
    const { messages, last, unreadable, heldFrom } = fetchedRecords(batch);
    if (worker === undefined || first === undefined) return;
    if (heldFrom !== undefined) {
      held.held({ topic, partition }, heldFrom);
      return;
    }
    const latestStart = latestStarts.get(key);
    latestStarts.delete(key);
    // On a cluster a fetch from before the join may still come in; taking it would skip the messages dropped at the join.
    if (latestStart !== undefined && BigInt(first.offset) > latestStart) return;
    commit = commitOffsetsIfNecessary;
    held.moved({ topic, partition });
    parked.seen({ topic, partition }, unreadable);
    if (last === null) return;
    const name = topicOfCaller(topic);
    worker.take(messages.map((record) => receivedMessage(name, partition, record)), last);
    resolveOffset(last);
  }

  async function revoke(limitMs: number): Promise<void> {
    const ending = [...workers.values()].map((worker) => worker.stop());
    for (const [key, worker] of workers) {
      const next = worker.unhandledFrom();
      if (next !== null) latestStarts.set(key, next);
    }
    workers.clear();
    parked.forget();
    held.forget();
    try {
      await withTimeout(limitMs, Promise.all(ending), `the end of the handlers of group ${group}`);
    } catch (error) {
      faults.failed(error, 'a handler goes on after its partition was taken away; its outcome is ignored');
    }
    try {
      await withTimeout(COMMIT_LIMIT_MS, commits.flush(), `storing offsets of group ${group}`);
    } catch (error) {
      faults.failed(error, 'offsets were not stored; some messages will come again');
    }
    commits.forget();
  }

  function end(limitMs: number): Promise<void> {
    ended = true;
    return revoke(limitMs);
  }

  return { assigned, take, fetched: parked.fetched, revoke, end, failure: () => parked.failure() ?? held.failure() };
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Milliseconds in which offsets gather before they are stored; after a crash their messages come again. */
const GATHER_MS = 1000;
const AFTER_FAILURE_MS = 1000;

interface OffsetCommits {
  /** `next`: the first offset that is not handled. */
  moved(topic: string, partition: number, next: bigint): void;
  /** Stores the moved offsets. Never rejects: offsets that could not be stored are kept for the next time. */
  flush(): Promise<void>;
  /** Called when the partitions may have other owners: earlier moves must not be stored any more. */
  forget(): void;
}

/** Stores offsets in batches, a little later, with one request in flight. */
function offsetCommits(
  commit: (offsets: Offsets) => Promise<void>,
  report: Report,
): OffsetCommits {
  let moves = new Map<string, { topic: string; partition: number; next: bigint }>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let storing: Promise<void> | null = null;
  let failing = false;
  const faults = faultSource(report, 'offsets');

  async function store(): Promise<void> {
    const taken = moves;
    moves = new Map();
    try {
      await commit(offsetsOf([...taken.values()]));
      failing = false;
      faults.worked();
    } catch (error) {
      faults.failed(error, 'offsets could not be stored; trying again');
      failing = true;
      for (const [key, move] of taken) if (!moves.has(key)) moves.set(key, move);
    } finally {
      storing = null;
      if (moves.size > 0) schedule(failing ? AFTER_FAILURE_MS : GATHER_MS);
    }
  }

  function schedule(ms: number): void {
    if (timer !== null || storing !== null) return;
    timer = setTimeout(() => {
      timer = null;
      storing = store();
    }, ms);
  }

  function cancel(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  return {
    moved: (topic, partition, next) => {
      moves.set(`${topic}/${partition}`, { topic, partition, next });
      schedule(GATHER_MS);
    },
    flush: async () => {
      await storing;
      cancel();
      if (moves.size > 0) await (storing = store());
    },
    forget: () => {
      cancel();
      moves = new Map();
    },
  };
}

function offsetsOf(moves: readonly { topic: string; partition: number; next: bigint }[]): Offsets {
  const topics = [...Map.groupBy(moves, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition, next }) => ({ partition, offset: String(next) })),
  }));
  return { topics };
}
