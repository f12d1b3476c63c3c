import type { FaultSource } from '../telemetry/repeated-faults.ts';
import { faultSource, type Report } from '../telemetry/report.ts';
import { endOf, type Position, textOfPosition } from './committed-position.ts';
import type { StoredEvent } from './writer/writer-store.ts';

/** An entry of the events table without what it says: enough to tell of it. */
export type CommittedRow = Omit<StoredEvent, 'data' | 'traceparent'>;

/** The end of a lane. */
export interface LaneEnd {
  readonly lane: string;
  readonly lastSeq: number;
  readonly publishedSeq: number;
}

/** Entries of one history, with their data. `more`: there are others behind them. */
export interface HistoryPart {
  readonly events: readonly StoredEvent[];
  readonly more: boolean;
}

/** Reads of committed entries outside of transactions, for operators. */
export interface CommittedReads {
  /** All lanes of the service, in one read. */
  ends(): Promise<readonly LaneEnd[]>;
  /** Entries of a lane after `seq`, in order: at most `limit`. */
  after(lane: string, seq: number, limit: number): Promise<readonly CommittedRow[]>;
  /** Entries of one history after a version, in order: at most `limit` and no more data than `HISTORY_SIZE`, but always one. */
  history(stream: string, afterVersion: number, limit: number): Promise<HistoryPart>;
  /** The newest events of one history that are meant for the log, oldest first, within the same limits. */
  published(stream: string, limit: number): Promise<readonly StoredEvent[]>;
}

/** Maximum data of one read of a history: UTF-16 units, or bytes where a database counts those. */
export const HISTORY_SIZE = 2 * 1024 * 1024;

/** Entries that readers are told of together, and where they are after these. */
export interface Told {
  readonly entries: readonly CommittedRow[];
  /** So many others were committed, and nobody is told of them. */
  readonly skipped: number;
  readonly position: string;
}

export type Listener = (told: Told) => void;

/** Interval at which commits of other processes are noticed. */
const LOOK_EVERY_MS = 250;
/** Least time between two messages: a busy service has a hundred transactions a second, and a reader should not have as many messages. */
const GATHER_MS = 20;
/** Maximum entries of one message. */
export const TOLD_AT_ONCE = 100;
const READ_AT_ONCE = 5 * TOLD_AT_ONCE;
/** Entries a second that readers are told of, which is what fifty orders a second come to; beyond it they are counted. */
const TOLD_PER_S = 250;
/** After a quiet time so many may come at once. */
const TOLD_IN_A_BURST = 500;

/** One time of reading, from the first reader to the last. */
interface Run {
  /** Read or skipped up to here; undefined until the lanes were read for the first time. */
  seen: Map<string, number> | undefined;
  /** Told or skipped up to here: where readers are. */
  told: Map<string, number>;
  waiting: CommittedRow[];
  skipped: number;
  readonly looks: ReturnType<typeof setInterval>;
  flush: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Tells what all processes of a service commit, in the order of each lane and without gaps: what this process commits comes from its
 * memory, the rest from the table. It does nothing while nobody reads along.
 */
export class CommittedTail {
  readonly #reads: CommittedReads;
  readonly #faults: FaultSource;
  readonly #listeners = new Set<Listener>();
  readonly #allowance = allowance(TOLD_PER_S, TOLD_IN_A_BURST);
  #run: Run | undefined;
  /** Number of readers that have not been told yet where they begin. */
  #joining = 0;
  #looking: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;
  #lastFlush = -Infinity;

  constructor({ reads, report }: { readonly reads: CommittedReads; readonly report: Report }) {
    this.#reads = reads;
    this.#faults = faultSource(report, 'committed stream');
  }

  /** Takes what was just committed by this process, in order of its numbers. Free while nobody reads. */
  offer(events: readonly CommittedRow[]): void {
    const run = this.#run;
    const [first] = events;
    if (run?.seen === undefined || first === undefined) return;
    // Another process had the lane meanwhile, or an offer is missing: the table has it.
    if (first.seq > endOf(run.seen, first.lane) + 1) this.#lookSoon();
    else this.#take(run, run.seen, events);
  }

  /**
   * Adds a reader; resolves to where it begins, which is no earlier than what was committed before the call. Its listener hears of
   * everything after that, maybe before this resolves. Rejects with `StorageError`.
   */
  async join(listener: Listener): Promise<Position> {
    this.#joining += 1;
    try {
      this.#run ??= this.#begin();
      await this.#look();
      const run = this.#run;
      this.#flush(run);
      this.#listeners.add(listener);
      return new Map(run.told);
    } finally {
      this.#joining -= 1;
      this.#endIfUnread();
    }
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    this.#endIfUnread();
  }

  /** Entries between two positions, lane by lane, in parts as readers get them. Throws `StorageError`. */
  async *between(from: Position, to: Position): AsyncGenerator<Told> {
    const reached = new Map(from);
    for (const [lane, end] of to) {
      for (let at = endOf(from, lane); at < end; at = endOf(reached, lane)) {
        const rows = await this.#reads.after(lane, at, Math.min(end - at, READ_AT_ONCE));
        // Rows that are gone are not waited for.
        if (rows.length === 0) break;
        for (let part = 0; part < rows.length; part += TOLD_AT_ONCE) {
          const entries = rows.slice(part, part + TOLD_AT_ONCE);
          reached.set(lane, entries.at(-1)?.seq ?? end);
          yield { entries, skipped: 0, position: textOfPosition(reached) };
        }
      }
    }
  }

  #begin(): Run {
    return { seen: undefined, told: new Map(), waiting: [], skipped: 0, looks: setInterval(() => this.#lookSoon(), LOOK_EVERY_MS), flush: undefined };
  }

  #endIfUnread(): void {
    if (this.#run === undefined || this.#listeners.size + this.#joining > 0) return;
    clearInterval(this.#run.looks);
    clearTimeout(this.#run.flush);
    this.#run = undefined;
  }

  #lookSoon(): void {
    // Whoever waits for one is already served by it.
    if (this.#next !== undefined) return;
    void this.#look().then(this.#faults.worked, (error: unknown) => this.#faults.failed(error, 'what was committed could not be read; trying again'));
  }

  /** A look that begins after this call; one at a time, and whoever asks meanwhile shares the next. */
  #look(): Promise<void> {
    this.#next ??= this.#lookAfter(this.#looking);
    return this.#next;
  }

  async #lookAfter(before: Promise<unknown>): Promise<void> {
    await before;
    this.#next = undefined;
    const looking = this.#lookOnce();
    // Whoever asked for it hears of its failure.
    this.#looking = looking.catch(() => undefined);
    await looking;
  }

  async #lookOnce(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const ends = await this.#reads.ends();
    if (this.#run !== run) return;
    if (run.seen === undefined) {
      run.seen = new Map(ends.map(({ lane, lastSeq }) => [lane, lastSeq]));
      run.told = new Map(run.seen);
      return;
    }
    for (const end of ends) await this.#readUpTo(run, run.seen, end);
  }

  /** Reads only as much as readers are told of. This process may offer entries of the same lane meanwhile. */
  async #readUpTo(run: Run, seen: Map<string, number>, { lane, lastSeq }: LaneEnd): Promise<void> {
    const from = endOf(seen, lane);
    const wanted = Math.min(lastSeq - from, this.#allowance.left());
    if (wanted > 0) {
      const rows = await this.#reads.after(lane, from, wanted);
      if (this.#run !== run) return;
      this.#take(run, seen, rows);
    }
    const left = lastSeq - endOf(seen, lane);
    if (left <= 0) return;
    run.skipped += left;
    seen.set(lane, lastSeq);
    this.#flushSoon(run);
  }

  /** Takes the entries of one lane that were not taken before. */
  #take(run: Run, seen: Map<string, number>, rows: readonly CommittedRow[]): void {
    for (const row of rows) {
      if (row.seq <= endOf(seen, row.lane)) continue;
      seen.set(row.lane, row.seq);
      if (this.#allowance.take()) run.waiting.push(row);
      else run.skipped += 1;
    }
    this.#flushSoon(run);
  }

  #flushSoon(run: Run): void {
    if (run.waiting.length === 0 && run.skipped === 0) return;
    run.flush ??= setTimeout(() => this.#flush(run), Math.max(0, this.#lastFlush + GATHER_MS - performance.now()));
  }

  #flush(run: Run): void {
    clearTimeout(run.flush);
    run.flush = undefined;
    const { waiting, skipped, seen, told } = run;
    if (seen === undefined || (waiting.length === 0 && skipped === 0)) return;
    run.waiting = [];
    run.skipped = 0;
    this.#lastFlush = performance.now();
    for (let at = 0; at === 0 || at < waiting.length; at += TOLD_AT_ONCE) {
      const entries = waiting.slice(at, at + TOLD_AT_ONCE);
      const isLast = at + TOLD_AT_ONCE >= waiting.length;
      for (const { lane, seq } of entries) told.set(lane, seq);
      if (isLast) for (const [lane, seq] of seen) told.set(lane, seq);
      const one: Told = { entries, skipped: isLast ? skipped : 0, position: textOfPosition(told) };
      for (const listener of this.#listeners) listener(one);
    }
  }
}

/** Lets `perS` pass in a second, and `burst` at once. */
function allowance(perS: number, burst: number) {
  let tokens = burst;
  let at = performance.now();
  function fill(): void {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - at) * perS) / 1000);
    at = now;
  }
  return {
    /** Whole number of what may pass now. */
    left(): number {
      fill();
      return Math.floor(tokens);
    },
    take(): boolean {
      if (tokens < 1) fill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
