import { arrivalRate, type ArrivalRate } from './arrival-rate.ts';
import { REAL_TIME, type TimeSource } from '../time-source.ts';

/** With so many together, one more saves next to nothing of what a transaction or a request costs by itself. */
const WORTHWHILE = 100;
/** Nobody waits where fewer would come meanwhile. */
const LEAST = 4;
/** As many times longer than somebody who is awaited does all the others wait at most. */
const PATIENCE = 8;

/** A caller waits on while others keep coming, no more than a pace apart: so many paces at most, */
const CALLERS_PATIENCE = 3;
/** and one where so many come within it: they share what a transaction costs by itself, and more would not make it much cheaper. */
const ENOUGH_CALLERS = 10;

/** A writer that waits does not renew its lease, which it has to within a third of five seconds. */
const LONGEST_MS = 1000;

/** The longest that anything waits for others, where who is awaited waits `paceMs`. */
export const patienceMs = (paceMs: number): number => Math.max(paceMs, Math.min(PATIENCE * paceMs, LONGEST_MS));

export interface GatheringOptions {
  /** Between two starts at least. */
  readonly leastMs: number;
  /** Between a start and the next at most, for all that nobody waits for. */
  readonly mostMs: number;
  /** For who is awaited, from when it came; three times as long while others who are awaited keep coming. */
  readonly awaitedMs?: number;
  /** How many wait. */
  waiting(): number;
  readonly time?: TimeSource | undefined;
}

/**
 * Decides when what waits is begun with together: as long after the last start as brings a worthwhile number, by the
 * rate at which they have come lately, and at once where waiting would bring hardly any.
 */
export class Gathering {
  readonly #options: GatheringOptions;
  readonly #time: TimeSource;
  readonly #all: ArrivalRate;
  readonly #awaited: ArrivalRate;
  #lastStart = -Infinity;
  /** When enough will have come; not judged again meanwhile, or each arrival would set another alarm. */
  #worthwhileAt = -Infinity;
  /** When the first of those came that are awaited, when the last, and how many there are */
  #awaitedSince = Infinity;
  #awaitedLast = Infinity;
  #awaitedCount = 0;
  /** The last start left some behind: they have waited. */
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

  /** Told when they are among those that wait. */
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

  /** It is begun with those that waited, but for so many. */
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

  /** Callers who ask again only when they were answered come all at once, and wait a pace: nobody else would come. */
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
