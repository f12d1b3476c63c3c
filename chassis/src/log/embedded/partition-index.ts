import type { Database } from 'bun:sqlite';
import { numbersOf, storedParts } from './block.ts';
import { EventLogError } from '../event-log.ts';

/** Runs are written once this many spans or messages are in none; also the most that opening a log has to scan (a few milliseconds). */
const SPANS_BETWEEN_RUNS = 4096;
const MESSAGES_BETWEEN_RUNS = 65_536;

/** Messages of one partition with consecutive ids, in one block. */
export interface Span {
  readonly first: number;
  readonly count: number;
}

/** Locates the messages of each partition: stored runs of spans, and the latest spans in memory. */
export interface PartitionIndex {
  /** The id after the last message of the whole log. */
  nextId(): number;
  /** The id after the last message of the partition. */
  end(partitionId: number): number;
  add(partitionId: number, span: Span): void;
  /** Spans of the partition from `from` on, ascending, with `limit` messages at most. */
  spans(partitionId: number, from: number, limit: number): Span[];
  /** Number of messages in the partition from `from` on. */
  count(partitionId: number, from: number): number;
  due(): boolean;
  /** Writes runs within the caller's transaction; the caller calls `stored` after the commit. */
  store(): void;
  stored(): void;
}

interface RunRow {
  last_id: number;
  length: number;
  ids: string;
}

/** A run as stored: alternately the gap before a span and the count of that span. Format 0 stored a list of ids. */
interface StoredSpans {
  gaps: number[];
}

export function openPartitionIndex(db: Database): PartitionIndex {
  const recent = new Map<number, Span[]>();
  const ends = new Map<number, number>();
  let nextId = 1;
  let recentSpans = 0;
  let recentMessages = 0;
  /** Runs are read up to this id; the messages of runs stored later by another process are in `recent`. */
  let storedThrough = 0;

  const insertRun = db.query('insert into runs (partition_id, last_id, length, ids) values (?, ?, ?, ?)');
  const runsFrom = db.query<RunRow, [number, number, number]>(
    'select last_id, length, ids from runs where partition_id = ? and last_id >= ? and last_id <= ? order by last_id',
  );
  const messagesBehind = db.query<{ messages: number | null }, [number, number, number]>(
    'select sum(length) as messages from runs where partition_id = ? and last_id > ? and last_id <= ?',
  );

  function add(partitionId: number, span: Span): void {
    const spans = recent.get(partitionId);
    if (spans === undefined) recent.set(partitionId, [span]);
    else spans.push(span);
    nextId = span.first + span.count;
    ends.set(partitionId, nextId);
    recentSpans += 1;
    recentMessages += span.count;
  }

  function recover(): void {
    const lastOf = db.query<{ last: number | null }, [number]>('select max(last_id) as last from runs where partition_id = ?');
    for (const { id } of everyPartition(db)) {
      const { last } = lastOf.get(id) ?? {};
      if (typeof last === 'number') ends.set(id, last + 1);
    }
    nextId = Math.max(1, ...ends.values());
    storedThrough = nextId - 1;
    const records = db.query<{ id: number; partition_id: number }, [number]>(
      'select id, partition_id from records where id >= ? order by id',
    );
    for (const { id, partition_id: partitionId } of records.iterate(nextId)) add(partitionId, { first: id, count: 1 });
    const blocks = db.query<{ first_id: number; spans: string }, [number]>(
      'select first_id, spans from blocks where first_id >= ? order by first_id',
    );
    for (const block of blocks.iterate(nextId)) addBlock(block);
  }

  function addBlock({ first_id: firstId, spans }: { first_id: number; spans: string }): void {
    let first = firstId;
    for (const { partitionId, count } of undamaged(db, `block ${firstId}`, () => storedParts(spans))) {
      add(partitionId, { first, count });
      first += count;
    }
  }

  function spansFrom(partitionId: number, from: number, limit: number): Span[] {
    const found: Span[] = [];
    let left = limit;
    const take = (spans: readonly Span[]): void => {
      for (const span of spans) {
        if (left === 0) return;
        const first = Math.max(span.first, from);
        const count = Math.min(span.first + span.count - first, left);
        if (count <= 0) continue;
        found.push({ first, count });
        left -= count;
      }
    };
    for (const run of runsFrom.iterate(partitionId, from, storedThrough)) {
      take(spansIn(db, partitionId, run));
      if (left === 0) return found;
    }
    take(recent.get(partitionId) ?? []);
    return found;
  }

  function countFrom(partitionId: number, from: number): number {
    if (from >= (ends.get(partitionId) ?? 0)) return 0;
    let messages = behind(recent.get(partitionId) ?? [], from);
    for (const run of runsFrom.iterate(partitionId, from, storedThrough)) {
      // Only the first run can hold messages before `from`.
      messages += behind(spansIn(db, partitionId, run), from);
      messages += messagesBehind.get(partitionId, run.last_id, storedThrough)?.messages ?? 0;
      break;
    }
    return messages;
  }

  recover();
  return {
    nextId: () => nextId,
    end: (partitionId) => ends.get(partitionId) ?? 0,
    add,
    spans: spansFrom,
    count: countFrom,
    due: () => recentSpans >= SPANS_BETWEEN_RUNS || recentMessages >= MESSAGES_BETWEEN_RUNS,
    store: () => {
      for (const [partitionId, spans] of recent) {
        const last = (ends.get(partitionId) ?? 1) - 1;
        insertRun.run(partitionId, last, behind(spans, 0), JSON.stringify(toStored(spans)));
      }
    },
    stored: () => {
      recent.clear();
      recentSpans = 0;
      recentMessages = 0;
      storedThrough = nextId - 1;
    },
  };
}

function everyPartition(db: Database): { id: number }[] {
  const topics = db.query<{ first: number; partitions: number }, []>('select first_partition_id as first, partitions from log_topics').all();
  return topics.flatMap(({ first, partitions }) => Array.from({ length: partitions }, (_, number) => ({ id: first + number })));
}

/** Number of messages in these spans from `from` on. */
function behind(spans: readonly Span[], from: number): number {
  return spans.reduce((sum, { first, count }) => sum + Math.min(count, Math.max(0, first + count - from)), 0);
}

function toStored(spans: readonly Span[]): StoredSpans {
  const gaps: number[] = [];
  let end = 0;
  for (const { first, count } of spans) {
    gaps.push(first - end, count);
    end = first + count;
  }
  return { gaps };
}

function spansIn(db: Database, partitionId: number, { last_id: lastId, ids }: RunRow): Span[] {
  return undamaged(db, `run ${lastId} of partition ${partitionId}`, () => {
    if (ids.startsWith('[')) return numbersOf(ids).map((first) => ({ first, count: 1 }));
    const numbers = numbersOf(ids.slice(ids.indexOf('['), -1));
    const spans: Span[] = [];
    let end = 0;
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [gap = 0, count = 0] = [numbers[index], numbers[index + 1]];
      spans.push({ first: end + gap, count });
      end += gap + count;
    }
    return spans;
  });
}

function undamaged<T>(db: Database, place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EventLogError('damaged', `The event log ${db.filename} is damaged in ${place}`, error);
  }
}
