import type { ServiceName } from '@souk/contracts/services';
import type { EventLog } from '../../log/event-log.ts';
import { batchOf } from '../writer/decide-batch.ts';
import type { Report } from '../../telemetry/report.ts';
import type { Collections } from '../writer/use-case.ts';
import { type Lane, LaneLostError, type WriterStore } from '../writer/writer-store.ts';
import { Relay, type RelayOptions } from './relay.ts';

export interface AdoptionDeps<C extends Collections> {
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
