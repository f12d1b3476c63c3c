import type { ServiceName } from '@souk/contracts/services';
import { WriterClosedError } from '../../input-errors.ts';
import type { EventLog } from '../../log/event-log.ts';
import { fitting, MessagesRefusedError, type Room } from '../../log/message-limits.ts';
import { faultSource, harmless, type Report, type Trace } from '../../telemetry/report.ts';
import type { FaultSource } from '../../telemetry/repeated-faults.ts';
import { endedWithin } from '../../timeouts.ts';
import { Gathering, patienceMs, type TimeSource } from '../gathering.ts';
import { batchOf } from '../writer/decide-batch.ts';
import type { Collections } from '../writer/use-case.ts';
import { EVENTS_SIZE, eventSize, type Lane, LaneLostError, type StoredEvent, type WriterStore } from '../writer/writer-store.ts';
import { outgoing, type Unsent } from './outgoing.ts';
import { aboutMessage } from './tell-outcomes.ts';

const BACK_OFF_MS = [50, 100, 250, 500, 1000] as const;

/** Maximum size of one send, and so of one transaction that sets events aside. A single event is sent whatever its size. */
const SEND_ROOM: Room = { count: 1000, size: EVENTS_SIZE };
/** Maximum that memory keeps; events beyond it are read from the table when their turn comes. */
const MEMORY_ROOM: Room = { count: 20_000, size: 8 * 1024 * 1024 };

interface RelayOptions {
  readonly service: ServiceName;
  readonly log: EventLog;
  readonly lane: string;
  /** Everything up to here is in the log already. */
  readonly publishedSeq: number;
  /** Sequence number of the lane's last event. */
  readonly lastSeq: number;
  readEvents: WriterStore<never>['readEvents'];
  /**
   * Resolves when the events that the log refuses for good are dead letters; rejects with `WriterClosedError` once the writer
   * has stopped.
   */
  setAside(unsent: readonly Unsent[]): Promise<void>;
  /** The writer's pace (`WriterOptions.paceMs`); default: events do not wait for later ones. */
  readonly paceMs?: number;
  readonly time?: TimeSource;
  readonly report: Report;
  readonly trace?: Trace | undefined;
}

/**
 * Sends a lane's events to the log in order, one send in flight: from memory right after the commit, from the table after a
 * restart or a long outage of the log. Sending twice is harmless, leaving out is not: `publishedSeq` moves only when the log
 * has answered. An event that the log will never take is set aside, and the lane goes on.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #faults: FaultSource;
  #inMemory: StoredEvent[] = [];
  #sizeInMemory = 0;
  #publishedSeq: number;
  #lastSeq: number;
  #sending: Promise<void> | undefined;
  readonly #gathering: Gathering;
  #stop = false;
  /** `at` of the event that waits longest */
  #oldestAt = 0;
  /** performance.now() when events last began to wait or were last sent */
  #progressAt = performance.now();

  constructor(options: RelayOptions) {
    const { report, trace } = options;
    this.#options = { ...options, trace: trace && harmless(trace) };
    this.#faults = faultSource(report, 'relay');
    this.#publishedSeq = options.publishedSeq;
    this.#lastSeq = options.lastSeq;
    const { paceMs = 0, time } = options;
    // Half of the writer's longest wait: if the writer already gathers its transactions, the relay sends after each one, and
    // events do not wait twice.
    this.#gathering = new Gathering({ leastMs: 0, mostMs: patienceMs(paceMs) / 2, waiting: () => this.backlog, time });
  }

  get publishedSeq(): number {
    return this.#publishedSeq;
  }

  /** Number of committed events that are not in the log yet. */
  get backlog(): number {
    return this.#lastSeq - this.#publishedSeq;
  }

  /** Milliseconds for which events have been waiting without any being sent; 0 when none waits. */
  get stalledMs(): number {
    return this.backlog === 0 ? 0 : performance.now() - this.#progressAt;
  }

  /** Milliseconds since the longest waiting event was committed, by the database's clock; 0 when none waits. */
  get ageMs(): number {
    return this.backlog === 0 || this.#oldestAt === 0 ? 0 : Math.max(0, Date.now() - this.#oldestAt);
  }

  /** Starts sending the events that an earlier process left. */
  start(): void {
    this.#wake();
  }

  /** Takes events that were just committed, in order of their numbers. */
  offer(events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    if (this.backlog === 0) this.#oldestAt = events[0]?.at ?? 0;
    // Events that do not fit are read from the table; memory takes no new ones until the table is caught up with.
    const continues = this.#nextInMemory() + this.#inMemory.length === (events[0]?.seq ?? 0);
    if (continues && this.#inMemory.length < MEMORY_ROOM.count && this.#sizeInMemory < MEMORY_ROOM.size) {
      this.#inMemory.push(...events);
      this.#sizeInMemory += sizeOf(events);
    }
    this.#lastSeq = last.seq;
    this.#gathering.came(events.length);
    this.#wake();
  }

  /** Another process has written to the lane in the meantime: the events that memory lacks are in the table. */
  catchUp({ lastSeq }: Pick<Lane, 'lastSeq'>): void {
    this.#lastSeq = Math.max(this.#lastSeq, lastSeq);
    this.#wake();
  }

  /** Sends the remaining events while the log answers, for at most `limitMs`; the rest is sent after the next start. */
  async close(limitMs: number): Promise<void> {
    this.#gathering.hurry();
    await endedWithin(limitMs, this.#sending ?? Promise.resolve());
    this.#stop = true;
  }

  #nextInMemory(): number {
    return this.#inMemory[0]?.seq ?? this.#publishedSeq + 1;
  }

  #wake(): void {
    if (this.#sending !== undefined || this.backlog === 0 || this.#stop) return;
    this.#progressAt = performance.now();
    this.#sending = this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let failures = 0; this.backlog > 0 && !this.#stop; ) {
      try {
        await this.#gathering.turn();
        await this.#sendNext();
        failures = 0;
        this.#faults.worked();
      } catch (error) {
        if (error instanceof WriterClosedError) break;
        this.#faults.failed(error, 'events could not be sent; trying again', { lane: this.#options.lane });
        await Bun.sleep(BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 1000);
        failures += 1;
      }
    }
    this.#sending = undefined;
  }

  async #sendNext(): Promise<void> {
    const { service, trace } = this.#options;
    const events = await this.#next();
    const last = events.at(-1);
    this.#gathering.began(this.backlog - events.length);
    this.#oldestAt = events[0]?.at ?? 0;
    if (last === undefined) throw new Error(`lane ${this.#options.lane} has no events after ${this.#publishedSeq}`);
    const published = events.filter((event) => event.published).map((event) => ({ event, message: outgoing(service, event) }));
    if (published.length > 0) await this.#send(published);
    if (trace !== undefined) for (const { event, message } of published) trace(aboutMessage(message, event), 'event is in the log, or set aside');
    this.#publishedSeq = last.seq;
    this.#progressAt = performance.now();
    this.#forget(last.seq);
  }

  /** An event that the log refuses for good becomes a dead letter before `publishedSeq` moves past it; until then it is in the table. */
  async #send(published: readonly Pick<Unsent, 'event' | 'message'>[]): Promise<void> {
    const { log, setAside } = this.#options;
    try {
      await log.send(published.map(({ message }) => message));
    } catch (error) {
      if (!(error instanceof MessagesRefusedError)) throw error;
      const causes = new Map(error.refused.map(({ message, cause }) => [message, cause]));
      await setAside(
        published.flatMap(({ event, message }) => {
          const cause = causes.get(message);
          return cause === undefined ? [] : [{ event, message, cause }];
        }),
      );
    }
  }

  async #next(): Promise<readonly StoredEvent[]> {
    const { readEvents, lane } = this.#options;
    if (this.#inMemory[0]?.seq === this.#publishedSeq + 1) return this.#inMemory.slice(0, fitting(this.#inMemory, SEND_ROOM, eventSize));
    return readEvents(lane, this.#publishedSeq, SEND_ROOM.count);
  }

  #forget(seq: number): void {
    const found = this.#inMemory.findIndex((event) => event.seq > seq);
    const sent = this.#inMemory.splice(0, found === -1 ? this.#inMemory.length : found);
    this.#sizeInMemory -= sizeOf(sent);
  }
}

function sizeOf(events: readonly StoredEvent[]): number {
  return events.reduce((size, event) => size + eventSize(event), 0);
}

interface AdoptionDeps<C extends Collections> {
  readonly service: ServiceName;
  readonly store: WriterStore<C>;
  readonly log: EventLog;
  /** This process's own lane; if the process ever loses it, it takes the lane back by itself. */
  readonly ownLane: string;
  readonly leaseMs: number;
  readonly newId: () => string;
  readonly setAside: RelayOptions['setAside'];
  readonly report: Report;
}

/**
 * Sends the events that dead processes left unsent: takes each lane whose lease has expired, sends its events and releases it.
 * If the owner was only paused, it finds the lane's epoch changed, takes the lane back, and at worst sends some events twice.
 */
export async function adoptLanes<C extends Collections>(deps: AdoptionDeps<C>): Promise<void> {
  const { service, store, log, ownLane, leaseMs, newId, setAside, report } = deps;
  /**
   * Releases the lane with a lease of 0 ms: the next process may take it at once. If its owner has already taken it back, the
   * owner sends the rest.
   */
  async function letGo(lane: Lane, publishedSeq: number): Promise<void> {
    try {
      await store.settle(lane, publishedSeq, 0, batchOf(lane.name, [], { newId }, () => undefined));
    } catch (error) {
      if (!(error instanceof LaneLostError)) throw error;
    }
  }

  for (const name of await store.abandonedLanes(leaseMs)) {
    if (name === ownLane) continue;
    const lane = await store.takeLane(name, newId(), { leftMs: 0, leaseMs });
    if (lane === undefined) continue;
    const relay = new Relay({ service, log, lane: name, setAside, report, ...lane, readEvents: store.readEvents });
    relay.start();
    await relay.close(leaseMs);
    await letGo(lane, relay.publishedSeq);
  }
}
