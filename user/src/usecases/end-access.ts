import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { EndedAccess, Grant } from '@souk/chassis/engine/writer/ended-access';
import type { Entities, NewEventOf } from '@souk/chassis/engine/writer/use-case';
import type { EventData } from '@souk/contracts/topics';
import type { Credential } from '../domain/credential.ts';
import { isoTime } from '../domain/representations.ts';
import type { Session } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** The additions to a decision that end access tokens: at once in this service, by the event in all others. */
interface AccessChanged {
  readonly puts: Entities<UserCollections & ChassisCollections>;
  readonly events: readonly [NewEventOf<'user.access_changed'>];
}

interface At {
  readonly now: number;
  newId(): string;
}

/** Ends the access tokens of a session that has ended. */
export function sessionEnded(session: Session, { now }: Pick<At, 'now'>): AccessChanged {
  const { id: sessionId, userId } = session;
  const data = { userId, sessionId, changedAt: isoTime(now) };
  return {
    puts: { sessions: [session], endedAccess: [{ id: sessionId, generation: null, kept: null, at: now }] },
    // A session ends once, and this is the only event in its stream.
    events: [{ type: 'user.access_changed', key: userId, stream: sessionId, version: 1, data }],
  };
}

/** Ends all access tokens of a generation before the credential's, except `kept`. */
export function generationEnded(
  credential: Credential,
  at: At,
  { kept = null, roles }: { readonly kept?: Grant | null; readonly roles?: User['roles'] } = {},
): AccessChanged {
  const { userId, accessGeneration: generation } = credential;
  const said = { generation, ...(kept !== null && { kept }), ...(roles && { roles: [...roles] }) };
  return {
    puts: { credentials: [credential], endedAccess: [{ id: userId, generation, kept, at: at.now }] },
    events: [changedFor(userId, at, said)],
  };
}

/** No token ends: a new one allows more. */
export function rolesAdded({ id, roles }: User, at: At): AccessChanged {
  return { puts: {}, events: [changedFor(id, at, { roles: [...roles] })] };
}

/** Ends every access token of a deleted user; `user.deleted` tells the other services. */
export function everythingEnded(userId: string, at: number): EndedAccess {
  return { id: userId, generation: null, kept: null, at };
}

/** The event, alone in a stream of its own. */
function changedFor(
  userId: string,
  { now, newId }: At,
  said: Omit<EventData<'user.access_changed'>, 'userId' | 'changedAt'>,
): NewEventOf<'user.access_changed'> {
  const data = { userId, changedAt: isoTime(now), ...said };
  return { type: 'user.access_changed', key: userId, stream: newId(), version: 1, data };
}
