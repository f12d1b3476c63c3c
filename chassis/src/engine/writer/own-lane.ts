import type { Collections } from './use-case.ts';
import { type Lane, LaneInUseError, type WriterStore } from './writer-store.ts';

export interface OwnLane {
  readonly name: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** The lane is taken when no more than this is left of another owner's lease. */
  readonly leftMs: number;
}

/** Number of tries per lease to take an occupied lane. */
const LOOKS_IN_A_LEASE = 25;
/**
 * Transactions that prove the owner alive: a dead process may have one in flight, and one that only adopts the lane makes no
 * more than one.
 */
const ALIVE_FROM = 2;

/**
 * Takes the lane of this process's name (INSTANCE). On a database that processes share, its owner may be alive: then it goes on
 * settling, and `LaneInUseError` is thrown. An owner that is dead, or only sends what was left unsent in the lane, lets its
 * lease run down, and the lane is taken when no more than `leftMs` is left of it.
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
