import type { ChassisCollections } from './writer/chassis-collections.ts';
import { ENDED_ACCESS_KEPT_MS, type EndedAccess, type EndedAccessReads, endsAccess, type Grant } from './writer/ended-access.ts';
import type { EntityChanges } from './writer/loaded-world.ts';
import type { Collections } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';

/**
 * The longest a transaction may last: MongoDB ends one after a minute, and looks for such every 30 s. A row is dated when its
 * transaction begins and visible when it has ended, so each read goes back this far.
 */
export const LONGEST_TRANSACTION_MS = 90_000;

/** The caller, as the access token names them. */
export interface Bearer extends Grant {
  readonly userId: string;
}

export interface AccessWatch<C extends Collections> {
  /** The store to write through: access that its transactions end is known here before any caller is answered. */
  readonly writing: WriterStore<C & ChassisCollections>;
  /** True when access ended after this token was issued. */
  hasEnded(bearer: Bearer): boolean;
  /**
   * Reads the ended access that this process stored before its restart, and that its replicas store: each message reaches only
   * one of them.
   */
  look(): Promise<void>;
}

/** Keeps in memory which access tokens are no longer valid. */
export function accessWatch<C extends Collections>(
  writing: WriterStore<C & ChassisCollections>,
  reads: EndedAccessReads,
): AccessWatch<C> {
  /** Oldest first, by time of storage. */
  const endings = new Map<string, EndedAccess>();
  let newest = 0;

  function remember(ending: EndedAccess): void {
    if ((endings.get(ending.id)?.at ?? 0) > ending.at) return;
    endings.delete(ending.id);
    endings.set(ending.id, ending);
    newest = Math.max(newest, ending.at);
  }

  function forgetOld(): void {
    const limit = Date.now() - ENDED_ACCESS_KEPT_MS;
    for (const [id, { at }] of endings) {
      if (at >= limit) return;
      endings.delete(id);
    }
  }

  async function settle(...[lane, publishedSeq, leaseMs, batch]: Parameters<typeof writing.settle>) {
    let stored: readonly EndedAccess[] = [];
    const after = await writing.settle(lane, publishedSeq, leaseMs, {
      ...batch,
      decide(...asked) {
        const changes = batch.decide(...asked);
        stored = storedBy(changes);
        return changes;
      },
    });
    stored.forEach(remember);
    return after;
  }

  const isEnded = (id: string, bearer: Grant): boolean => {
    const ending = endings.get(id);
    return ending !== undefined && endsAccess(ending, bearer);
  };

  return {
    writing: { ...writing, settle },
    hasEnded: (bearer) => endings.size > 0 && (isEnded(bearer.userId, bearer) || isEnded(bearer.sessionId, bearer)),
    async look() {
      for (const ending of await reads.since(newest - LONGEST_TRANSACTION_MS)) remember(ending);
      forgetOld();
    },
  };
}

/** C includes the chassis' collections, which the compiler cannot see through the type parameter. */
function storedBy<C extends Collections>(changes: EntityChanges<C & ChassisCollections>): readonly EndedAccess[] {
  const { inserts, updates } = changes as EntityChanges<ChassisCollections>;
  return [...(inserts.endedAccess ?? []), ...(updates.endedAccess ?? []).map(({ after }) => after)];
}
