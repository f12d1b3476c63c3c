import type { StreamCommitted, StreamOpened } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import { countBetween, type Position, positionOf, textOfPosition } from '../engine/committed-position.ts';
import type { CommittedTail, Listener, Told } from '../engine/committed-tail.ts';
import { faultSource, type Report } from '../telemetry/report.ts';
import type { FaultSource } from '../telemetry/repeated-faults.ts';
import { encodedEvent, type EventStream, eventStream } from '../web/app/event-stream.ts';
import { type NoPlace, places } from '../web/limits/places.ts';
import { problem, stopping, tooMuchToDo } from '../web/problems/problem.ts';
import type { Principal } from '../web/sign-in/principal.ts';
import { committedEntry } from './committed-entry.ts';

/** Time after which the end of a reader's access is noticed here, besides the half second until this process hears of it. */
const LOOK_EVERY_MS = 250;
const COMMENT_EVERY_MS = 5000;
/** Time after which a stream is closed: the longest life of an access token. A reader that is still there reconnects with a new token. */
const LONGEST_MS = 900_000;
/** Streams of this process; of one user, who may have ten pages open; of one address, which a console's readers share. */
const LIMIT = 200;
const LIMIT_PER_USER = 20;
const LIMIT_PER_ADDRESS = 100;
/** Seconds after which a refused reader may try again. */
const RETRY_S = 5;
/** Entries that a reader is sent again; one that has missed more begins anew. */
const RESENT_LIMIT = 5000;
/** Messages that wait while a reader catches up: those of two seconds at least. One that takes longer comes again from where it is. */
const WAITING_LIMIT = 100;

interface StreamDeps {
  readonly service: ServiceName;
  readonly tail: CommittedTail;
  /** True when access was ended after the reader's token was issued. */
  hasEnded(principal: Principal): boolean;
  readonly report: Report;
}

interface Wanted {
  /** The reader. */
  readonly principal: Principal;
  /** From `clientAddressOf`: the reader's streams also count for this address. */
  readonly address: string;
  /** The position of the last message that the reader has; any other text is none. Undefined: it begins here. */
  readonly lastEventId: string | undefined;
}

interface Reader {
  readonly principal: Principal;
  readonly until: number;
  readonly stream: EventStream;
  /** Messages that wait until the reader has what it missed; undefined once it has. */
  waiting: Uint8Array[] | undefined;
}

/** The open streams of what is committed. Each message is encoded once, for all readers. */
export class CommittedStreams {
  readonly #deps: StreamDeps;
  readonly #faults: FaultSource;
  readonly #users = places({ inAll: LIMIT, perKey: LIMIT_PER_USER });
  readonly #addresses = places({ inAll: LIMIT, perKey: LIMIT_PER_ADDRESS });
  readonly #readers = new Set<Reader>();
  readonly #catchingUp = new Set<Promise<void>>();
  #timers: ReturnType<typeof setInterval>[] = [];
  #encoded: { readonly told: Told; readonly bytes: Uint8Array } | undefined;
  #closed = false;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
    this.#faults = faultSource(deps.report, 'committed streams');
  }

  get size(): number {
    return this.#readers.size;
  }

  /** A stream of all that is committed from now on, or after the position that the reader has. Throws the 429 or 503 problem, or `StorageError`. */
  async open({ principal, address, lastEventId }: Wanted): Promise<Response> {
    const leave = this.#admit(principal, address);
    const listener: Listener = (told) => this.#pass(reader, told);
    const stream = eventStream({
      onClosed: () => {
        leave();
        this.#deps.tail.leave(listener);
        this.#readers.delete(reader);
        if (this.#readers.size === 0) this.#rest();
      },
    });
    const reader: Reader = { principal, until: performance.now() + LONGEST_MS, stream, waiting: [] };
    this.#readers.add(reader);
    this.#keepWatch();
    try {
      const now = await this.#deps.tail.join(listener);
      if (stream.isClosed) this.#deps.tail.leave(listener);
      else this.#begin(reader, now, lastEventId);
    } catch (error) {
      stream.close();
      throw error;
    }
    if (this.#closed) throw stopping();
    return stream.response;
  }

  /** Ends all streams and admits no new ones. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { stream } of this.#readers) stream.close();
    await Promise.all(this.#catchingUp);
  }

  /** Returns a function that gives the place back. */
  #admit({ userId }: Principal, address: string): () => void {
    if (this.#closed) throw stopping();
    const leaveUser = this.#users.take(userId);
    if (typeof leaveUser !== 'function') throw noPlace(leaveUser, `You read ${LIMIT_PER_USER} of these streams already: close one.`);
    const leaveAddress = this.#addresses.take(address);
    if (typeof leaveAddress === 'function') {
      return () => {
        leaveUser();
        leaveAddress();
      };
    }
    leaveUser();
    throw noPlace(leaveAddress, `Your address reads ${LIMIT_PER_ADDRESS} of these streams already: close one.`);
  }

  #begin(reader: Reader, now: Position, lastEventId: string | undefined): void {
    const had = lastEventId === undefined ? now : positionOf(lastEventId);
    const isWithin = had !== undefined && (countBetween(had, now) ?? Infinity) <= RESENT_LIMIT;
    const from = isWithin ? had : now;
    const data: StreamOpened = { service: this.#deps.service, at: new Date().toISOString(), missed: !isWithin };
    reader.stream.send({ name: 'open', id: textOfPosition(from), data });
    if (countBetween(from, now) === 0) {
      goLive(reader);
      return;
    }
    const catchingUp = this.#catchUp(reader, from, now).finally(() => this.#catchingUp.delete(catchingUp));
    this.#catchingUp.add(catchingUp);
  }

  /** Sends what the reader missed, no faster than it reads. */
  async #catchUp(reader: Reader, from: Position, now: Position): Promise<void> {
    const { stream } = reader;
    try {
      for await (const told of this.#deps.tail.between(from, now)) {
        stream.write(this.#encode(told));
        await stream.taken();
        if (stream.isClosed) return;
      }
      this.#faults.worked();
      goLive(reader);
    } catch (error) {
      // A reader that has gone lacks nothing.
      if (stream.isClosed) return;
      this.#faults.failed(error, 'what a reader had missed could not be read; it comes again');
      stream.close();
    }
  }

  #pass(reader: Reader, told: Told): void {
    if (this.#encoded?.told !== told) this.#encoded = { told, bytes: this.#encode(told) };
    const { bytes } = this.#encoded;
    if (reader.waiting === undefined) reader.stream.write(bytes);
    else if (reader.waiting.length < WAITING_LIMIT) reader.waiting.push(bytes);
    else reader.stream.close();
  }

  #encode({ entries, skipped, position }: Told): Uint8Array {
    const data: StreamCommitted = { service: this.#deps.service, entries: entries.map(committedEntry), skipped };
    return encodedEvent({ name: 'committed', id: position, data });
  }

  #keepWatch(): void {
    if (this.#timers.length > 0) return;
    this.#timers = [setInterval(() => this.#closeOver(), LOOK_EVERY_MS), setInterval(() => this.#comment(), COMMENT_EVERY_MS)];
  }

  #rest(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#encoded = undefined;
  }

  /** Closes the streams of readers whose access or time is over. */
  #closeOver(): void {
    const now = performance.now();
    for (const { principal, stream, until } of this.#readers) if (now > until || this.#deps.hasEnded(principal)) stream.close();
  }

  #comment(): void {
    for (const { stream } of this.#readers) stream.comment();
  }
}

function goLive(reader: Reader): void {
  const waiting = reader.waiting ?? [];
  reader.waiting = undefined;
  for (const bytes of waiting) reader.stream.write(bytes);
}

function noPlace(which: NoPlace, detail: string) {
  switch (which) {
    case 'in-all':
      return tooMuchToDo(RETRY_S);
    case 'of-key':
      return problem('too-many-requests', { detail, headers: { 'retry-after': String(RETRY_S) } });
    default:
      throw new Error(`unknown limit ${String(which satisfies never)}`);
  }
}
