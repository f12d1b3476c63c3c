import type { EventEnvelope } from '@souk/contracts/envelope';
import type { ServiceName } from '@souk/contracts/services';
import { topicsReadBy } from '@souk/contracts/topics';
import type { MessageHandler, MessageHandlers } from './messaging/message-handlers.ts';
import { type ChassisCollections, withOwn } from './writer/chassis-collections.ts';
import type { EntityChanges } from './writer/loaded-world.ts';
import type { Collections, DecisionContext, UseCase, World } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';

/** Access tokens live at most 15 minutes; the rest allows for clock differences. */
export const ENDED_ACCESS_KEPT_MS = 20 * 60_000;

/**
 * The longest a transaction may last: MongoDB ends one after a minute, and looks for such every 30 s. A row is dated when its
 * transaction begins and visible when it has ended, so each read goes back this far.
 */
export const LONGEST_TRANSACTION_MS = 90_000;

/** The parts of an access token that tell whether it was issued before access ended. */
export interface Grant {
  readonly sessionId: string;
  /** Increases each time the user's access ends. */
  readonly generation: number;
}

/** Tokens of one user, or of one session, that are refused although they are valid in themselves. */
export interface EndedAccess {
  /** the user's, or the session's */
  readonly id: string;
  /** Tokens of an earlier generation are refused; null: all tokens are. */
  readonly generation: number | null;
  /** Tokens of this session stay valid from this generation on. */
  readonly kept: Grant | null;
  /** time of storage here: epoch milliseconds by the database's clock */
  readonly at: number;
}

/** Reads of ended access, outside of transactions. */
export interface EndedAccessReads {
  /** Entries stored at or after this time. */
  since(at: number): Promise<readonly EndedAccess[]>;
  /** Ids of entries stored longer ago than this. */
  olderThan(ms: number, limit: number): Promise<readonly string[]>;
}

/** The caller, as the access token names them. */
export interface Bearer extends Grant {
  readonly userId: string;
}

interface AccessWatch<C extends Collections> {
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

export function endsAccess({ generation, kept }: EndedAccess, token: Grant): boolean {
  if (generation === null) return true;
  if (token.generation >= generation) return false;
  return kept?.sessionId !== token.sessionId || token.generation < kept.generation;
}

interface Told extends Omit<EndedAccess, 'at'> {
  /** RFC 3339 */
  readonly endedAt: string;
}

/** The handlers of a service, extended to store, in the same transactions, whose access tokens are no longer valid. */
export function followingEndedAccess<C extends ChassisCollections, Task>(
  service: ServiceName,
  handlers: MessageHandlers<C, Task>,
): MessageHandlers<C, Task> {
  if (!topicsReadBy(service).includes('user.access_changed')) return handlers;
  return {
    ...handlers,
    'user.access_changed': storing(handlers['user.access_changed'], accessChanged),
    'user.deleted': storing(handlers['user.deleted'], userDeleted),
  };
}

/** undefined: no token becomes invalid. */
function accessChanged({ data }: EventEnvelope<'user.access_changed'>): Told | undefined {
  const { userId, sessionId, changedAt: endedAt, generation, kept = null } = data;
  if (sessionId !== undefined) return { id: sessionId, generation: null, kept: null, endedAt };
  return generation === undefined ? undefined : { id: userId, generation, kept, endedAt };
}

function userDeleted({ data: { userId, deletedAt } }: EventEnvelope<'user.deleted'>): Told {
  return { id: userId, generation: null, kept: null, endedAt: deletedAt };
}

function storing<C extends ChassisCollections, Event, Task>(
  own: UseCase<C, Event, void, Task> | undefined,
  read: (event: Event) => Told | undefined,
): MessageHandler<C, Event, Task> {
  const told = (event: Event): readonly Told[] => [read(event) ?? []].flat();
  const endings = (event: Event, world: World<C>, { now }: DecisionContext) =>
    told(event).flatMap((each) => newEnding(world.get('endedAccess', each.id), each, now) ?? []);
  return {
    name: own?.name ?? 'end access',
    keys: (event) => ({ ...own?.keys(event), endedAccess: told(event).map(({ id }) => id) }),
    moreKeys: (event, world) => own?.moreKeys?.(event, world) ?? {},
    decide(event, world, context) {
      const decision = own?.decide(event, world, context) ?? { answer: undefined };
      if (decision.anomaly !== undefined) return decision;
      const endedAccess = endings(event, world, context);
      return endedAccess.length === 0 ? decision : withOwn<C, void, Task>(decision, { puts: { endedAccess } });
    },
    whileWaiting: (event, world, context) => ({ endedAccess: endings(event, world, context) }),
  };
}

/** undefined: all its tokens have expired, or a later end is known. Events of two processes of User may arrive in any order. */
function newEnding(before: EndedAccess | undefined, { endedAt, ...told }: Told, now: number): EndedAccess | undefined {
  if (Date.parse(endedAt) < now - ENDED_ACCESS_KEPT_MS) return undefined;
  const isKnown = before !== undefined && (before.generation ?? Infinity) >= (told.generation ?? Infinity);
  return isKnown ? undefined : { ...told, at: now };
}

/** Removes the ended access of these ids once every token concerned has expired. */
export function forgetEndedAccess<C extends ChassisCollections>(): UseCase<C, readonly string[], void> {
  return {
    name: 'forget ended access',
    keys: (ids) => ({ endedAccess: ids }),
    decide(ids, world, { now }) {
      const over = ids.filter((id) => (world.get('endedAccess', id)?.at ?? now) < now - ENDED_ACCESS_KEPT_MS);
      return { answer: undefined, removes: { endedAccess: over } };
    },
  };
}
