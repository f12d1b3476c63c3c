import { clientAddressOf } from '../app/request-facts.ts';
import { places } from '../limits/places.ts';
import { type Problem, problem, tooMuchToDo } from '../problems/problem.ts';

const LOOK_EVERY_MS = 250;
/** Milliseconds. An honest caller's body takes no longer; a body that does needs one of the places of its address. */
const SLOW_MS = 500;
/** Maximum number of slow bodies at once: half of a process's room for bodies, if all of them are as long as JSON may be. */
const SLOW_IN_ALL = 256;
/** An office has many callers behind one address, but never this many on a bad line at the same moment. */
const SLOW_PER_ADDRESS = 16;
/** Enough for 64 KiB on the worst of connections. */
const BODY_TIME_MS = 10_000;
/** Bytes per millisecond that a long body has to arrive at on top of that, so that the largest image gets 50 s. */
const LEAST_RATE = 200;
/**
 * Maximum bytes that are arriving at once, by declared length: thousands of bodies begun within the same half second would fill
 * the memory before one is slow.
 */
const AWAITED_BYTES = 32 * 1024 * 1024;
/** Nearly every honest caller sends no more. Such bodies have extra bytes of their own, so that long ones cannot shut them out. */
const SHORT_BYTES = 8 * 1024;
const AWAITED_BYTES_OF_SHORT = 8 * 1024 * 1024;

interface Awaited {
  readonly request: Request;
  readonly since: number;
  readonly until: number;
  readonly bytes: number;
  refuse(why: Problem): void;
  leave: (() => void) | undefined;
}

export interface BodyArrival {
  /**
   * Returns the result of `read`. Throws the 408 problem when `bytes` take too long or the sender goes away; the 503 problem
   * when too many bodies are as slow from the same address or in all, or, before reading any, when too many bytes are arriving.
   */
  of<T>(request: Request, read: () => Promise<T>, bytes: number): Promise<T>;
  /** Bytes that are arriving. */
  readonly awaitedBytes: number;
}

/** Bodies that are still arriving. One timer checks all of them and runs only while there are any. Times are in milliseconds. */
export function bodyArrival({ slowMs = SLOW_MS, timeMs = BODY_TIME_MS } = {}): BodyArrival {
  const slow = places({ inAll: SLOW_IN_ALL, perKey: SLOW_PER_ADDRESS });
  const awaited = new Set<Awaited>();
  let awaitedBytes = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function look(): void {
    const now = performance.now();
    for (const one of awaited) {
      if (now >= one.until) refuse(one, tooLate());
      else if (one.leave === undefined && now - one.since >= slowMs) takePlace(one);
    }
    if (awaited.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function takePlace(one: Awaited): void {
    const place = slow.take(clientAddressOf(one.request));
    if (typeof place === 'string') refuse(one, tooMuchToDo(1, CLOSED));
    else one.leave = place;
  }

  function refuse(one: Awaited, why: Problem): void {
    settled(one);
    one.refuse(why);
  }

  function settled(one: Awaited): void {
    if (awaited.delete(one)) awaitedBytes -= one.bytes;
    one.leave?.();
  }

  function isRoomFor(bytes: number): boolean {
    const limit = bytes > SHORT_BYTES ? AWAITED_BYTES : AWAITED_BYTES + AWAITED_BYTES_OF_SHORT;
    return awaitedBytes + bytes <= limit;
  }

  return {
    // Without async and race: nearly every body has arrived when it is asked for, and should not pay for the others.
    of: (request, read, bytes) =>
      new Promise((resolve, reject) => {
        if (!isRoomFor(bytes)) throw tooMuchToDo(1, CLOSED);
        const since = performance.now();
        const one: Awaited = { request, since, until: since + timeMs + bytes / LEAST_RATE, bytes, refuse: reject, leave: undefined };
        awaited.add(one);
        awaitedBytes += bytes;
        timer ??= setInterval(look, LOOK_EVERY_MS).unref();
        read().then(
          (body) => {
            settled(one);
            return resolve(body);
          },
          (cause: unknown) => {
            settled(one);
            // The connection was closed before the last byte: nobody reads the answer, but it is not a defect either.
            reject(cause instanceof DOMException && cause.name === 'AbortError' ? incomplete('ended before all of it had arrived: send it again') : cause);
          },
        );
      }),
    get awaitedBytes() {
      return awaitedBytes;
    },
  };
}

/** Bun frees the received part of a body once its request is answered and its connection closed. */
const CLOSED = { connection: 'close' };

function tooLate(): Problem {
  return incomplete('did not arrive in time: send it again, faster');
}

function incomplete(why: string): Problem {
  return problem('body-incomplete', { detail: `The body ${why}.`, headers: CLOSED });
}

/** Maximum bytes of all bodies that a process holds: images and the like count as they are, JSON several times over. */
export const BODY_ROOM = 32 * 1024 * 1024;
/** Maximum bytes of bodies that have a room of their own, such as webhooks: enough for a hundred of the longest. */
export const APART_ROOM = 8 * 1024 * 1024;

/**
 * The room for bodies of requests under way. A body is kept until its request is answered, which may take seconds when the
 * database does not answer: with a limit, neither uploads nor changes can fill the memory.
 */
export interface BodyRoom {
  /** Takes room until `leave`. Throws the 503 problem when there is none; a single body always fits. */
  take(owner: object, bytes: number): void;
  leave(owner: object): void;
  readonly heldBytes: number;
}

export function bodyRoom(limit: number): BodyRoom {
  const held = new Map<object, number>();
  let total = 0;
  return {
    take(owner, bytes) {
      if (total > 0 && total + bytes > limit) throw tooMuchToDo(1);
      held.set(owner, (held.get(owner) ?? 0) + bytes);
      total += bytes;
    },
    leave(owner) {
      if (total === 0) return;
      total -= held.get(owner) ?? 0;
      held.delete(owner);
    },
    get heldBytes() {
      return total;
    },
  };
}
