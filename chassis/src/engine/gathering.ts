/** Size of a worthwhile batch: one more item would hardly reduce the fixed cost per item of a transaction or a request. */
const WORTHWHILE = 100;
/** Nothing waits if fewer than this would arrive in the meantime. */
const LEAST = 4;
/** Items that nobody waits for are delayed at most this many times longer than awaited ones. */
const PATIENCE = 8;

/** Number of paces that a caller waits at most, while other callers keep coming, each no more than a pace after the last. */
const CALLERS_PATIENCE = 3;
/** With this many callers each waits one pace only: they share the fixed cost of a transaction, and more would not make it much cheaper. */
const ENOUGH_CALLERS = 10;

/** A waiting writer does not renew its lease, which it must do within a third of five seconds. */
const LONGEST_MS = 1000;

/** The longest that any item waits for others, if an awaited item waits `paceMs`. */
export const patienceMs = (paceMs: number): number => Math.max(paceMs, Math.min(PATIENCE * paceMs, LONGEST_MS));

/** A clock and its timers: real ones, or those of a test. */
export interface TimeSource {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `ring` once after `ms` milliseconds; the returned function cancels the call. */
  after(ms: number, ring: () => void): () => void;
}

interface GatheringOptions {
  /** Minimum time between two starts. */
  readonly leastMs: number;
  /** Maximum time between two starts, for items that nobody waits for. */
  readonly mostMs: number;
  /** Maximum wait of an awaited item, from its arrival; three times as long while more awaited items keep coming. */
  readonly awaitedMs?: number;
  /** Number of waiting items. */
  waiting(): number;
  readonly time?: TimeSource | undefined;
}

/**
 * Decides when the waiting items are started as one batch: after the last start, as long as it takes to gather a worthwhile
 * number at the recent arrival rate, and at once if waiting would bring hardly any.
 */
export class Gathering {
  readonly #options: GatheringOptions;
  readonly #time: TimeSource;
  readonly #all: ArrivalRate;
  readonly #awaited: ArrivalRate;
  #lastStart = -Infinity;
  /** Time at which enough will have come; fixed until the next turn, or each arrival would set another alarm. */
  #worthwhileAt = -Infinity;
  /** Arrival of the first and of the last awaited item, and the number of awaited items */
  #awaitedSince = Infinity;
  #awaitedLast = Infinity;
  #awaitedCount = 0;
  /** The last start left some items behind, which have waited already. */
  #hasLeft = false;
  #hurries = false;
  #alarm: { readonly at: number; ring(): void } | undefined;

  constructor(options: GatheringOptions) {
    const { time = REAL_TIME } = options;
    this.#options = options;
    this.#time = time;
    this.#all = arrivalRate(time.now);
    this.#awaited = arrivalRate(time.now);
  }

  get sinceStartMs(): number {
    return this.#time.now() - this.#lastStart;
  }

  /** To be called once `waiting` includes the new items. */
  came(count = 1, isAwaited = false): void {
    this.#all.came(count);
    if (isAwaited) {
      this.#awaited.came(count);
      this.#awaitedLast = this.#time.now();
      this.#awaitedSince = Math.min(this.#awaitedSince, this.#awaitedLast);
      this.#awaitedCount += count;
    }
    if (this.#alarm !== undefined && this.#dueAt() < this.#alarm.at) this.#alarm.ring();
  }

  /** Resolves when it is time to begin. */
  async turn(): Promise<void> {
    this.#worthwhileAt = this.#lastStart + this.#worthwhileMs();
    for (let ms = this.#dueAt() - this.#time.now(); ms > 0; ms = this.#dueAt() - this.#time.now()) await this.#sleep(ms);
  }

  /** The waiting items have been started, except for `left` of them. */
  began(left: number): void {
    this.#lastStart = this.#time.now();
    this.#awaitedSince = Infinity;
    this.#awaitedLast = Infinity;
    this.#awaitedCount = 0;
    this.#hasLeft = left > 0;
  }

  /** From now on nothing waits. */
  hurry(): void {
    this.#hurries = true;
    this.#alarm?.ring();
  }

  #dueAt(): number {
    const { leastMs, waiting } = this.#options;
    if (this.#hurries) return -Infinity;
    const soonest = this.#lastStart + leastMs;
    if (this.#hasLeft || waiting() >= WORTHWHILE) return soonest;
    return Math.max(soonest, Math.min(this.#worthwhileAt, this.#awaitedUntil()));
  }

  #worthwhileMs(): number {
    const { mostMs } = this.#options;
    const rate = this.#all.perMs();
    return rate * mostMs < LEAST ? 0 : Math.min(mostMs, WORTHWHILE / rate);
  }

  /**
   * Latest start for the sake of callers. Callers that ask again only when answered all arrive at once and then wait one pace:
   * nobody else would come.
   */
  #awaitedUntil(): number {
    const { awaitedMs = 0 } = this.#options;
    if (this.#awaited.perMs() * awaitedMs < 1) return this.#awaitedSince;
    if (this.#awaitedCount >= ENOUGH_CALLERS) return this.#awaitedSince + awaitedMs;
    return Math.min(this.#awaitedLast + awaitedMs, this.#awaitedSince + CALLERS_PATIENCE * awaitedMs);
  }

  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = this.#time.after(ms, resolve);
    this.#alarm = { at: this.#time.now() + ms, ring: resolve };
    await promise;
    callOff();
    this.#alarm = undefined;
  }
}

const REAL_TIME: TimeSource = {
  now: () => performance.now(),
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};

/** Time constant of the average: earlier arrivals hardly count, so a shop that has become quiet answers fast again within a second. */
const MEMORY_MS = 500;

interface ArrivalRate {
  came(count: number): void;
  perMs(): number;
}

/** Recent arrival rate: an average that decays by itself. */
function arrivalRate(now: () => number): ArrivalRate {
  let level = 0;
  let at = now();

  function decay(): void {
    const to = now();
    level *= Math.exp((at - to) / MEMORY_MS);
    at = to;
  }

  return {
    came(count) {
      decay();
      level += count;
    },
    perMs() {
      decay();
      return level / MEMORY_MS;
    },
  };
}
