import { faultSource, type Report } from '../telemetry/report.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import type { Collections } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';

/** Milliseconds: well above any delay of a network or a busy machine, well below the minutes for which tokens and signatures are valid. */
const LIMIT_MS = 30_000;

export class ClockError extends Error {
  readonly code = 'clock-off';
  constructor(aheadMs: number) {
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    super(`this process's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} its database's: synchronise the clocks of all machines (NTP); tokens are judged by them`);
    this.name = 'ClockError';
  }
}

export interface ClockWatch<C extends Collections> {
  /** The store to write through. */
  readonly writing: WriterStore<C & ChassisCollections>;
  /** Milliseconds by which this process's clock is certainly ahead of its database's; negative: behind. */
  aheadMs(): number;
  /** Throws `ClockError` when the difference is too large. */
  check(): void;
}

/**
 * Compares the process's clock with the database's, which comes with the lane and with every transaction. The database read its
 * clock between request and answer, so only a time outside that interval counts as a difference.
 */
export function clockWatch<C extends Collections>(store: WriterStore<C & ChassisCollections>, report: Report): ClockWatch<C> {
  const faults = faultSource(report, 'clock');
  let aheadMs = 0;

  function compare(databaseAt: number, begunAt: number): void {
    aheadMs = Math.max(begunAt - databaseAt, 0) + Math.min(Date.now() - databaseAt, 0);
    if (isOff()) faults.failed(new ClockError(aheadMs), 'the clocks differ');
    else faults.worked();
  }

  const isOff = () => Math.abs(aheadMs) >= LIMIT_MS;

  async function takeLane(...parameters: Parameters<typeof store.takeLane>) {
    const begunAt = Date.now();
    const lane = await store.takeLane(...parameters);
    if (lane !== undefined) compare(lane.takenAt, begunAt);
    return lane;
  }

  function settle(...[lane, publishedSeq, leaseMs, batch]: Parameters<typeof store.settle>) {
    const begunAt = Date.now();
    return store.settle(lane, publishedSeq, leaseMs, {
      ...batch,
      decide(world, now, ...more) {
        compare(now, begunAt);
        return batch.decide(world, now, ...more);
      },
    });
  }

  return {
    writing: { ...store, takeLane, settle },
    aheadMs: () => aheadMs,
    check() {
      if (isOff()) throw new ClockError(aheadMs);
    },
  };
}
