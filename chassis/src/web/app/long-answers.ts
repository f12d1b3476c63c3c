import { places, type NoPlace } from '../limits/places.ts';
import { type Problem, problem, tooMuchToDo } from '../problems/problem.ts';
import { factsOf, roomForAnswer } from './request-facts.ts';

/**
 * Bytes. The kernel takes about this much of an answer before its reader has taken anything, so a shorter one is sent at once.
 * A longer one waits in memory for its reader and needs room (`answerRoom`).
 */
const SHORT_BYTES = 32 * 1024;

export interface AnswerInit {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of any length; throws the 429 or 503 problem when it is long and there is no room for it. */
export function answerWith(request: Request, body: string | Uint8Array<ArrayBuffer>, init: AnswerInit): Response {
  // A text has at least as many bytes as characters; near the limit it does not matter on which side a text falls.
  const length = body.length;
  if (length <= SHORT_BYTES) return new Response(body, init);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return waiting(request, { ...piecesOf(bytes), held: bytes.byteLength }, init);
}

interface HeldParts extends Parts {
  /** Bytes of the longest part; one is in memory at a time. */
  readonly held: number;
}

/** An answer whose parts are read on demand, and not at all for HEAD; throws as `answerWith` does. */
export async function answerInParts(request: Request, parts: HeldParts, init: AnswerInit): Promise<Response> {
  if (parts.length > SHORT_BYTES || request.method === 'HEAD') return waiting(request, parts, init);
  const all = Buffer.alloc(parts.length);
  for (let at = 0; at < parts.length; ) {
    const part = await parts.read(at);
    if (part.byteLength === 0) throw new Error(`the answer ended after ${at} of ${parts.length} bytes`);
    all.set(part, at);
    at += part.byteLength;
  }
  return new Response(all, init);
}

function waiting(request: Request, { held, ...parts }: HeldParts, init: AnswerInit): Response {
  if (request.method === 'HEAD') return answerToHead(request, parts.length, init);
  roomForAnswer(request, Math.min(held, parts.length));
  factsOf(request).longAnswer = parts;
  return new Response(null, init);
}

function answerToHead(request: Request, length: number, init: AnswerInit): Response {
  factsOf(request).length = length;
  return new Response(null, init);
}

/** Maximum bytes of long answers that a process holds until they are read. */
const ANSWER_ROOM = 32 * 1024 * 1024;
/** Maximum bytes per client address: enough for two of the largest pictures, or for a page of twenty ordinary ones. */
const ROOM_PER_ADDRESS = 12 * 1024 * 1024;
/** Size of a piece. A connection gets one piece at a time, and the next when the kernel has taken it. */
const PIECE_BYTES = 64 * 1024;
const LOOK_EVERY_MS = 1000;
/** An answer is cut off when no piece of it was taken for this long. Even a reader at 20 kB/s has by then read what the kernel holds. */
const STALLED_MS = 15_000;
/** The same limit when there is no room left for others. */
const STALLED_IN_CROWD_MS = 2_000;

interface Held {
  progressAt: number;
  /** Gives the room back, and closes the connection if the answer has begun. */
  cut(): void;
}

export interface Parts {
  /** Total bytes. */
  readonly length: number;
  /** Bytes from that offset on: some at least, not necessarily all. */
  read(from: number): Uint8Array | Promise<Uint8Array>;
}

export interface Room {
  /** To be called at most once. */
  stream(parts: Parts): ReadableStream<Uint8Array>;
  /** Gives the room back because nothing is sent after all. Does nothing once the answer is a stream. */
  giveUp(): void;
}

export interface AnswerRoom {
  /**
   * `bytes`: the maximum held at a time. Throws the 429 problem when this address reads too many long answers too slowly, the
   * 503 problem when all addresses together do.
   */
  take(address: string, bytes: number): Room;
  readonly heldBytes: number;
}

interface AnswerRoomOptions {
  /** Called for each answer that was cut off because nobody read it. */
  readonly unread?: () => void;
  /** Called when an answer broke off because its next part could not be read. */
  readonly failed: (error: unknown) => void;
  readonly stalledMs?: number;
  readonly crowdMs?: number;
}

/**
 * The room for long answers that are being sent. One timer checks all of them and runs only while there are any. Times are in
 * milliseconds.
 */
export function answerRoom({ failed, unread, stalledMs = STALLED_MS, crowdMs = STALLED_IN_CROWD_MS }: AnswerRoomOptions): AnswerRoom {
  const room = places({ inAll: ANSWER_ROOM, perKey: ROOM_PER_ADDRESS });
  const all = new Set<Held>();
  let timer: ReturnType<typeof setInterval> | undefined;

  let lastTurn = Promise.resolve();
  /** Sends one part of one answer per turn of the event loop: a kernel that takes megabytes at once would otherwise delay short requests. */
  const turn = (): Promise<void> => (lastTurn = lastTurn.then(nextTurn));

  function cutStalled(limitMs: number): void {
    const before = performance.now() - limitMs;
    for (const held of all) {
      if (held.progressAt >= before) continue;
      held.cut();
      unread?.();
    }
  }

  function look(): void {
    cutStalled(stalledMs);
    if (all.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function placesFor(address: string, bytes: number): () => void {
    const count = Math.min(bytes, ROOM_PER_ADDRESS);
    let taken = room.take(address, count);
    if (taken === 'in-all') {
      cutStalled(crowdMs);
      taken = room.take(address, count);
    }
    if (typeof taken === 'string') throw refusalOf(taken);
    return taken;
  }

  return {
    take(address, bytes) {
      const give = placesFor(address, bytes);
      const held: Held = { progressAt: performance.now(), cut: () => leave() };
      const leave = (): void => {
        all.delete(held);
        give();
      };
      all.add(held);
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
      let isSent = false;
      return {
        stream(of) {
          isSent = true;
          return inParts(of, held, { leave, failed, turn });
        },
        giveUp: () => void (isSent || leave()),
      };
    },
    get heldBytes() {
      return room.taken;
    },
  };
}

function refusalOf(why: NoPlace): Problem {
  if (why === 'in-all') return tooMuchToDo(2);
  return problem('too-many-requests', {
    detail: `Your address has long answers under way and does not read them: it may leave ${ROOM_PER_ADDRESS} bytes unread.`,
    headers: { 'retry-after': '2' },
  });
}

/** Pieces of bytes that are all in memory. */
export function piecesOf(bytes: Uint8Array): Parts {
  return { length: bytes.byteLength, read: (from) => bytes.subarray(from, from + PIECE_BYTES) };
}

async function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  await promise;
}

interface PartsDeps extends Pick<AnswerRoomOptions, 'failed'> {
  readonly leave: () => void;
  readonly turn: () => Promise<void>;
}

/** Bun pulls the next part when the connection has taken the last, and cancels when the connection is closed. */
function inParts({ length, read }: Parts, held: Held, { leave, failed, turn }: PartsDeps): ReadableStream<Uint8Array> {
  let at = 0;
  let isOver = false;

  function end(): void {
    isOver = true;
    leave();
  }

  async function next(): Promise<Uint8Array> {
    await turn();
    const part = await read(at);
    if (part.byteLength === 0) throw new Error(`the answer ended after ${at} of ${length} bytes`);
    at += part.byteLength;
    return part;
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        held.cut = () => {
          end();
          controller.error(new Error('the answer was not read'));
        };
      },
      async pull(controller) {
        held.progressAt = performance.now();
        if (at >= length) {
          end();
          controller.close();
          return;
        }
        try {
          const part = await next();
          if (!isOver) controller.enqueue(part);
        } catch (error) {
          // The reader has gone meanwhile: nobody needs the part that could not be read.
          if (isOver) return;
          end();
          failed(error);
          controller.error(error);
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
