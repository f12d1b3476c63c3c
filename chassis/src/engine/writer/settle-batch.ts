import { StorageError } from '../../storage-error.ts';
import { batchOf } from './decide-batch.ts';
import type { Input } from './input.ts';
import { refuseExpired } from './refuse-expired.ts';
import type { Collections } from './use-case.ts';
import { LaneLostError, type Lane, type StoredEvent, type WriterStore } from './writer-store.ts';
import type { Report } from '../../telemetry/report.ts';

/** The try after a stale one reads from the database, so this many in a row are a defect. */
const STALE_TRIES = 3;
const BACK_OFF_MS = [5, 20, 100, 300, 1000] as const;

export interface SettleDeps<C extends Collections> {
  readonly store: WriterStore<C>;
  readonly leaseMs: number;
  readonly newId: () => string;
  refuseUnsendable?(event: StoredEvent): void;
  lane(): Lane;
  setLane(lane: Lane): void;
  /** Takes the lane back after another process had it. Throws `LaneInUseError` when that process is alive under the same name. */
  retakeLane(): Promise<void>;
  /** True when nobody waits any more for the outcome of a transaction. */
  gaveUp(): boolean;
  publishedSeq(): number;
  /** Called with the events that were committed. */
  committed(events: readonly StoredEvent[]): void;
  /** Another process had changed remembered entities, so the batch is decided on the stored ones. */
  decidedAgain?(): void;
  readonly report: Report;
}

/**
 * Settles inputs in one transaction; results are in `Input.outcome`. Failures are told apart:
 * - infrastructure: the whole batch is repeated for as long as anybody waits
 * - stale memory: the batch is decided again at once, on what is read
 * - a refused save: the batch is split in halves until the culprit stands alone
 * - a lost answer to a commit: it is looked up before anything is repeated
 * Returns the inputs that were settled; those given up are rejected here. An input that expires while a try is in flight is
 * refused by then and stays in the try, whose result all others get. No later try has it.
 */
export async function settleBatch<C extends Collections, Task>(
  deps: SettleDeps<C>,
  inputs: readonly Input<C, Task>[],
  sayTwice = true,
): Promise<readonly Input<C, Task>[]> {
  let waiting = refuseExpired(inputs);
  let stale = 0;
  for (let attempt = 0; ; attempt += 1) {
    let events: readonly StoredEvent[] = [];
    let isStale = false;
    const before = deps.lane();
    const batch = batchOf(before.name, waiting, deps, (decided) => (events = decided));
    try {
      deps.setLane(await deps.store.settle(before, deps.publishedSeq(), deps.leaseMs, batch));
      deps.committed(events);
      return waiting;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'stale' && (stale += 1) < STALE_TRIES) {
        isStale = true;
        deps.decidedAgain?.();
      } else if (error instanceof LaneLostError) {
        deps.report(error, 'lane lost; taking it back');
        await retakeLane(deps);
      } else if (error instanceof StorageError && error.isInfrastructure) {
        deps.report(error, 'transaction failed; repeating it');
        if (error.code === 'commit-unknown' && (await tookPlace(deps, before, events))) {
          deps.committed(events);
          return waiting;
        }
      } else if (sayTwice && error instanceof StorageError && error.code === 'unique') {
        // Another process inserted a row that did not exist and so was not locked: read again.
        return settleBatch(deps, waiting, false);
      } else {
        return splitBatch(deps, waiting, error);
      }
    }
    if (!isStale) await backOff(attempt);
    waiting = refuseExpired(waiting);
    if (waiting.length === 0) return [];
  }
}

async function splitBatch<C extends Collections, Task>(
  deps: SettleDeps<C>,
  inputs: readonly Input<C, Task>[],
  error: unknown,
): Promise<readonly Input<C, Task>[]> {
  const [only] = inputs;
  if (only === undefined) throw error;
  if (inputs.length === 1) {
    only.reject(error);
    return [];
  }
  const half = Math.ceil(inputs.length / 2);
  const first = await settleBatch(deps, inputs.slice(0, half));
  return [...first, ...(await settleBatch(deps, inputs.slice(half)))];
}

function backOff(attempt: number): Promise<void> {
  return Bun.sleep(BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)] ?? 1000);
}

/** If the database does not answer, the next try finds the lane lost again. */
async function retakeLane<C extends Collections>({ retakeLane: retake, report }: SettleDeps<C>): Promise<void> {
  try {
    await retake();
  } catch (error) {
    if (!(error instanceof StorageError && error.isInfrastructure)) throw error;
    report(error, 'the lane could not be taken back; trying again');
  }
}

/**
 * True when the transaction committed although its answer was lost. While that cannot be found out, callers are still told in
 * time that they were not served, and a repeat with the same Idempotency-Key finds out later.
 */
async function tookPlace<C extends Collections>(
  deps: SettleDeps<C>,
  before: Lane,
  events: readonly StoredEvent[],
): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await isCommitted(deps, before, events);
    } catch (error) {
      if (!(error instanceof StorageError && error.isInfrastructure)) throw error;
      deps.report(error, 'whether a transaction was committed cannot be found out yet');
      if (deps.gaveUp()) return false;
      await backOff(attempt);
    }
  }
}

/**
 * The lane's row counts every transaction. Once another process has had the lane, the count proves nothing; then the events
 * decide. A batch without events is decided again, on a state with or without its effect.
 */
async function isCommitted<C extends Collections>(
  { store, setLane }: SettleDeps<C>,
  before: Lane,
  [first]: readonly StoredEvent[],
): Promise<boolean> {
  const now = await store.readLane(before.name);
  if (now?.epoch === before.epoch) {
    if (now.transactions !== before.transactions + 1) return false;
    setLane(now);
    return true;
  }
  if (first === undefined) return false;
  const [written] = await store.readEvents(before.name, before.lastSeq, 1);
  return written?.id === first.id;
}
