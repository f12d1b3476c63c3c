import type { Collections } from './use-case.ts';
import { type Lane, LaneInUseError, type WriterStore } from './writer-store.ts';

export interface OwnLane {
  readonly name: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** The lane is taken when no more than this is left of another's lease. */
  readonly leftMs: number;
}

/** Looks at a lane that is not to be had yet, within one lease. */
const LOOKS_IN_A_LEASE = 25;
/** A process that is gone may have one transaction on its way, and one that only adopts the lane has no more. */
const ALIVE_FROM = 2;

/**
 * Takes the lane of this process's name (INSTANCE). Where other processes share the database, whoever has it may be alive:
 * then it goes on settling, and `LaneInUseError` is thrown. Who is gone, or only sends what was left unsent in the lane,
 * lets its lease run down, and the lane is taken when no more than `leftMs` is left of it.
 */
export async function takeOwnLane<C extends Collections>(store: WriterStore<C>, { name, owner, leaseMs, leftMs }: OwnLane): Promise<Lane> {
  let first: Lane | undefined;
  for (;;) {
    const taken = await store.takeLane(name, owner, { leftMs: store.isShared ? leftMs : Infinity, leaseMs });
    if (taken !== undefined) return taken;
    const now = await store.readLane(name);
    if (now === undefined || now.epoch !== first?.epoch) first = now;
    else if (now.transactions - first.transactions >= ALIVE_FROM) throw new LaneInUseError(name);
    await Bun.sleep(leaseMs / LOOKS_IN_A_LEASE);
  }
}
