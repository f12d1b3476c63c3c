import type { ReceivedMessage } from '../event-log.ts';
import type { CommittedMessage } from './journal.ts';
import { CALL_ROOM, fitting, messageSize } from '../message-limits.ts';

/** A tail longer than this is trimmed before its readers have all caught up with its end. */
const TRIM_AT = 256;

export interface Reader {
  /** The next id this reader will ask for. */
  position(): number;
  wake(): void;
}

/** Size of the messages that all tails of a log hold together, as `messageSize` counts it. */
export interface TailBudget {
  used: number;
  readonly limit: number;
}

/** One partition as its readers see it: recent messages from memory, older ones through `readStored`. */
export interface Tail {
  /** The id after the last message. */
  end(): number;
  /** The next messages, as many as fit into one call. */
  read(from: number): readonly ReceivedMessage[];
  append(committed: CommittedMessage): void;
  join(reader: Reader): void;
  leave(reader: Reader): void;
  wakeReaders(): void;
  /** Called when a reader has moved on: drops the messages that no reader needs any more. */
  trim(): void;
}

interface TailDeps {
  readonly end: number;
  readonly budget: TailBudget;
  readonly readStored: (from: number) => readonly ReceivedMessage[];
}

export function createTail({ end: endAtOpening, budget, readStored }: TailDeps): Tail {
  const readers = new Set<Reader>();
  let end = endAtOpening;
  // `recent` holds every message from `recentFrom` to `end`.
  let recentFrom = endAtOpening;
  const recent: CommittedMessage[] = [];

  const indexOf = (id: number): number => {
    let low = 0;
    let high = recent.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((recent[middle]?.id ?? Infinity) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  function forget(count: number, start: number): void {
    const forgotten = recent.splice(0, count);
    const size = forgotten.reduce((sum, { received }) => sum + messageSize(received), 0);
    budget.used -= size;
    recentFrom = start;
  }

  function append(committed: CommittedMessage): void {
    end = committed.id + 1;
    if (readers.size === 0) {
      recentFrom = end;
      return;
    }
    const size = messageSize(committed.received);
    recent.push(committed);
    budget.used += size;
    if (budget.used > budget.limit) forget(recent.length, end);
  }

  function trim(): void {
    if (recent.length === 0) return;
    let needed = end;
    for (const reader of readers) needed = Math.min(needed, reader.position());
    if (needed >= end) {
      forget(recent.length, end);
    } else if (recent.length >= TRIM_AT) {
      const count = indexOf(needed);
      if (count * 2 >= recent.length) forget(count, needed);
    }
  }

  function read(from: number): readonly ReceivedMessage[] {
    if (from >= end) return [];
    if (from < recentFrom) return readStored(from);
    const first = indexOf(from);
    const next = recent.slice(first, first + CALL_ROOM.count).map(({ received }) => received);
    return next.slice(0, fitting(next, CALL_ROOM, messageSize));
  }

  return {
    end: () => end,
    read,
    append,
    join: (reader) => void readers.add(reader),
    leave: (reader) => {
      readers.delete(reader);
      trim();
    },
    wakeReaders: () => {
      for (const reader of readers) reader.wake();
    },
    trim,
  };
}
