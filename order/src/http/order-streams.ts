import { type EventStream, eventStream, STREAM_HEADERS } from '@souk/chassis/web/app/event-stream';
import { clientAddressOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { Principal } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem, stopping, tooMuchToDo } from '@souk/chassis/web/problems/problem';
import type { FaultSource } from '@souk/chassis/telemetry/repeated-faults';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import type { OrderStatusEvent } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { type HistoryEntry, isTerminal, statusEvents } from '../domain/history.ts';
import type { OrderReads, Standing } from '../storage/order-store.ts';
import { visibleOrder } from './read-routes.ts';

/** Interval at which commits of other processes are noticed. */
const LOOK_EVERY_MS = 1000;
/** Commits of this process wake at once, but under load not every one of them. */
const LEAST_PAUSE_MS = 50;
const COMMENT_EVERY_MS = 5000;
/** Time after which a stream is closed: the longest life of an access token. A reader that is still there reconnects with a new token. */
const LONGEST_MS = 900_000;
const LIMIT = 1000;
const LIMIT_PER_USER = 10;
/** Enough for an office, too few for one person with a hundred accounts: it takes twenty such addresses to keep everybody else out. */
const LIMIT_PER_ADDRESS = 50;

interface StreamDeps {
  readonly reads: Pick<OrderReads, 'order'>;
  readonly streams: OrderStreams;
}

/** Accepts any text: an invalid id, or one beyond the end, means from the beginning. */
const Headers = Type.Object({ 'last-event-id': Type.Optional(Type.String()) }, { additionalProperties: true });
const SEQ = /^\d{1,15}$/;

/** Streams the states of an order as they come. Missed events are sent again: the reader names the last one it had. */
export function streamRoutes({ reads, streams }: StreamDeps) {
  const visible = visibleOrder(reads);
  return router().get(
    '/orders/:id/stream',
    async ({ params, principal, request, headers }) => {
      const standing = await visible(params.id, principal);
      // HEAD reaches this route too, and nobody would ever read or close a stream opened for it.
      if (request.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS });
      const last = headers['last-event-id'] ?? '';
      return streams.open({ standing, principal, address: clientAddressOf(request), after: SEQ.test(last) ? Number(last) : 0 });
    },
    {
      signedIn: true,
      refuses: ['overloaded', 'too-many-requests'],
      params: Type.Object({ id: Uuid }),
      headers: Headers,
      detail: {
        summary: 'The states of an order as they come, until it ends',
        description:
          'After the event that `Last-Event-ID` names; all of them without it, and when it is no place in the timeline or lies ' +
          'beyond the last state. Ends within a second when the access of its reader ends.',
        responses: {
          200: {
            description: 'Server-sent events: `status`, its `id` a place in the timeline, its `data` an OrderStatusEvent; a comment every 5 s',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          204: { description: 'The order has ended and everything was read' },
        },
      },
    },
  );
}

interface OrderStreamsDeps {
  readonly reads: Pick<OrderReads, 'standings' | 'histories'>;
  /** True when access was ended after the reader's token was issued. */
  hasEnded(principal: Principal): boolean;
  readonly report: Report;
}

interface Wanted {
  readonly standing: Standing;
  /** The reader. */
  readonly principal: Principal;
  /** From `clientAddressOf`: the reader's streams also count for this address. */
  readonly address: string;
  /** The last `seq` that the reader has; 0: none. A `seq` that was never sent counts as 0: otherwise its reader would wait for ever. */
  readonly after: number;
}

interface Reader {
  readonly orderId: string;
  readonly principal: Principal;
  readonly address: string;
  readonly until: number;
  readonly stream: EventStream;
  version: number;
  seq: number;
}

/**
 * The open status streams of this process. They poll the state of all their orders together once a second, so replicas need not know of each other;
 * nothing is held between two polls.
 */
export class OrderStreams {
  readonly #deps: OrderStreamsDeps;
  readonly #faults: FaultSource;
  readonly #readers = new Set<Reader>();
  #timers: ReturnType<typeof setInterval>[] = [];
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(deps: OrderStreamsDeps) {
    this.#deps = deps;
    this.#faults = faultSource(deps.report, 'status streams');
  }

  get size(): number {
    return this.#readers.size;
  }

  /** A stream of all events after `after`; 204 when the order has ended and none is left, which stops a reader from reconnecting. */
  async open({ standing, principal, address, after }: Wanted): Promise<Response> {
    this.#admit(principal, address);
    const histories = await this.#deps.reads.histories([standing.id]);
    const events = statusEvents(standing.id, histories.get(standing.id) ?? [], standing.paymentStatus);
    const last = events.at(-1);
    if (last !== undefined && isTerminal(last.status) && last.seq === after) return new Response(null, { status: 204 });
    // Other readers may have come while the history was read.
    this.#admit(principal, address);
    const stream = eventStream({ onClosed: () => this.#forget(reader) });
    const until = performance.now() + LONGEST_MS;
    const reader: Reader = { orderId: standing.id, principal, address, until, stream, version: standing.version, seq: last !== undefined && after <= last.seq ? after : 0 };
    this.#readers.add(reader);
    this.#keepLooking();
    tell(reader, events);
    this.wake();
    return stream.response;
  }

  /** Polls now, because something may have been committed. */
  wake(): void {
    if (this.#readers.size === 0) return;
    if (this.#looking === undefined) this.#looking = this.#lookWhileAsked();
    else this.#again = true;
  }

  /** Ends all streams and admits no new ones. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { stream } of this.#readers) stream.close();
    await this.#looking;
  }

  #admit({ userId }: Principal, address: string): void {
    if (this.#closed) throw stopping();
    if (this.#readers.size >= LIMIT) throw tooMuchToDo(5);
    let own = 0;
    let near = 0;
    for (const reader of this.#readers) {
      if (reader.principal.userId === userId) own += 1;
      if (reader.address === address) near += 1;
    }
    if (own >= LIMIT_PER_USER) throw tooMany(`You read ${LIMIT_PER_USER} streams already: close one, or ask for the order instead.`);
    if (near >= LIMIT_PER_ADDRESS) throw tooMany(`Your address reads ${LIMIT_PER_ADDRESS} streams already: close one, or ask for the order instead.`);
  }

  #keepLooking(): void {
    if (this.#timers.length > 0) return;
    this.#timers = [setInterval(() => this.wake(), LOOK_EVERY_MS), setInterval(() => this.#comment(), COMMENT_EVERY_MS)];
  }

  #forget(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }

  #comment(): void {
    const now = performance.now();
    for (const { stream, until } of this.#readers) {
      if (now > until) stream.close();
      else stream.comment();
    }
  }

  async #lookWhileAsked(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#look();
        this.#faults.worked();
      } catch (error) {
        this.#faults.failed(error, 'status streams could not be brought up to date; they try again');
      }
      await Bun.sleep(LEAST_PAUSE_MS);
    } while (this.#again && this.#readers.size > 0);
    this.#looking = undefined;
  }

  async #look(): Promise<void> {
    const { reads } = this.#deps;
    for (const { principal, stream } of this.#readers) if (this.#deps.hasEnded(principal)) stream.close();
    if (this.#readers.size === 0) return;
    const byOrder = Map.groupBy(this.#readers, ({ orderId }) => orderId);
    const standings = await reads.standings([...byOrder.keys()]);
    const moved = standings.filter(({ id, version }) => byOrder.get(id)?.some((reader) => reader.version < version));
    if (moved.length === 0) return;
    const histories = await reads.histories(moved.map(({ id }) => id));
    for (const standing of moved) tellAll(byOrder.get(standing.id) ?? [], standing, histories.get(standing.id) ?? []);
  }
}

function tooMany(detail: string): Problem {
  return problem('too-many-requests', { detail, headers: { 'retry-after': '5' } });
}

function tellAll(readers: readonly Reader[], { id, version, paymentStatus }: Standing, history: readonly HistoryEntry[]): void {
  const events = statusEvents(id, history, paymentStatus);
  for (const reader of readers) {
    reader.version = Math.max(reader.version, version);
    tell(reader, events);
  }
}

/** Sends the events that the reader lacks, and closes the stream when the order has ended. */
function tell(reader: Reader, events: readonly OrderStatusEvent[]): void {
  for (const data of events) {
    if (data.seq <= reader.seq) continue;
    reader.seq = data.seq;
    reader.stream.send({ name: 'status', id: String(data.seq), data });
  }
  const last = events.at(-1);
  if (last !== undefined && isTerminal(last.status)) reader.stream.close();
}
