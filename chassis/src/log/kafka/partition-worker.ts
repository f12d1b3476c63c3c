import type { ReceivedMessage, Subscriber } from '../event-log.ts';
import { CALL_ROOM, fitting, messageSize } from '../message-limits.ts';

/** With more messages waiting than this, the partition is not fetched until only half as many wait. */
const WAITING_LIMIT = 1000;
const BACK_OFF_MS = 50;
const BACK_OFF_LIMIT_MS = 2000;

interface PartitionWorkerDeps {
  readonly subscriber: Subscriber;
  readonly room: WaitingRoom;
  /** Everything before this offset is handled. */
  handled(next: bigint): void;
  failed(first: ReceivedMessage, attempt: number, error: unknown): void;
  /** The worker wants messages, or has enough; called at the beginning and at each change. */
  setFetching(wanted: boolean): void;
}

export interface PartitionWorker {
  /** `last`: up to this offset there are no other messages. */
  take(messages: readonly ReceivedMessage[], last: string): void;
  /** The first offset that is not handled; null if nothing was taken yet. */
  unhandledFrom(): bigint | null;
  /** Fires the handler's signal; its outcome is ignored afterwards. Resolves when no handler runs. */
  stop(): Promise<void>;
}

/** A member's work on one partition, from one join of the group to the next: one handler call at a time, in order. */
export function partitionWorker({ subscriber, room, handled, failed, setFetching }: PartitionWorkerDeps): PartitionWorker {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting: ReceivedMessage[] = [];
  let running: Promise<void> | null = null;
  let next: bigint | null = null;
  /** The first offset that was not fetched. */
  let fetched = 0n;
  let isCrowded = false;
  let fetching: boolean | undefined;
  const place = room.enter(judge);
  judge();

  function judge(): void {
    isCrowded = waiting.length > (isCrowded ? WAITING_LIMIT / 2 : WAITING_LIMIT);
    const wanted = !isCrowded && place.isOpen(waiting.length > 0);
    if (wanted === fetching) return;
    fetching = wanted;
    setFetching(wanted);
  }

  /** Never rejects: a rejection of the handler is reported, and the call repeated. */
  async function run(): Promise<void> {
    for (let failures = 0; waiting.length > 0 && !signal.aborted; ) {
      const messages = waiting.slice(0, fitting(waiting, CALL_ROOM, messageSize));
      try {
        await subscriber.handle(messages, signal);
        if (signal.aborted) return;
        failures = 0;
        settled(messages);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        report(messages, failures, error);
        await pause(Math.min(BACK_OFF_LIMIT_MS, BACK_OFF_MS * 2 ** (failures - 1)), signal);
      }
    }
    running = null;
  }

  function settled(messages: readonly ReceivedMessage[]): void {
    waiting.splice(0, messages.length);
    const last = messages.at(-1);
    if (last !== undefined) moved(waiting.length === 0 ? fetched : BigInt(last.offset) + 1n);
    place.changed(-sizeOf(messages));
    judge();
  }

  function moved(to: bigint): void {
    next = to;
    handled(to);
  }

  function report(messages: readonly ReceivedMessage[], attempt: number, error: unknown): void {
    const [first] = messages;
    if (first !== undefined) failed(first, attempt, error);
  }

  return {
    take: (messages, last) => {
      fetched = BigInt(last) + 1n;
      const [first] = messages;
      if (first === undefined) {
        if (waiting.length === 0) moved(fetched);
        return;
      }
      next ??= BigInt(first.offset);
      waiting.push(...messages);
      place.changed(sizeOf(messages));
      judge();
      running ??= run();
    },
    unhandledFrom: () => next,
    stop: () => {
      controller.abort();
      place.leave();
      return running ?? Promise.resolve();
    },
  };
}

function sizeOf(messages: readonly ReceivedMessage[]): number {
  return messages.reduce((size, message) => size + messageSize(message), 0);
}

/** Waits `ms`; ends at once when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  });
}

/** UTF-16 units waiting for their handlers above which less is fetched: a second of small messages. */
const WAITING_ROOM = 8 * 1024 * 1024;

/**
 * Back-pressure for the messages that a process has fetched and not handled yet, in all its partitions together. Its memory has
 * to hold them, however large they are and however many partitions have some. Above one room only partitions with no
 * messages fetch, so that none waits for another's handler; above two, none does.
 */
export interface WaitingRoom {
  /** `judge` is called when the answer of `isOpen` may have changed. */
  enter(judge: () => void): Place;
}

/** The share of one partition. */
export interface Place {
  /** Called when messages of this size have come, or have gone if it is negative. */
  changed(by: number): void;
  /** True if the partition may fetch. */
  isOpen(hasSome: boolean): boolean;
  /** The partition's messages no longer count. */
  leave(): void;
}

export function waitingRoom(room = WAITING_ROOM): WaitingRoom {
  const judges = new Set<() => void>();
  let total = 0;
  /** The number of rooms that are full: 0, 1 or 2. */
  let full = 0;

  function changed(by: number): void {
    total += by;
    const before = full;
    // A room stays full until half of it is free again.
    const [least, most] = [Math.ceil(total / room) - 1, Math.ceil(total / room - 0.5)];
    full = Math.min(2, Math.max(0, least, Math.min(full, most)));
    if (full !== before) for (const judge of judges) judge();
  }

  return {
    enter: (judge) => {
      let own = 0;
      judges.add(judge);
      return {
        changed: (by) => {
          own += by;
          changed(by);
        },
        isOpen: (hasSome) => full === 0 || (full === 1 && !hasSome),
        leave: () => {
          judges.delete(judge);
          changed(-own);
          own = 0;
        },
      };
    },
  };
}
