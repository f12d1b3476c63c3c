import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { EndedAccess, Grant } from '@souk/chassis/engine/ended-access';
import type { Entities, NewEventOf } from '@souk/chassis/engine/writer/use-case';
import type { EventData } from '@souk/contracts/topics';
import { type Credential, endAllSessions } from '../domain/credential.ts';
import { isoTime } from '../domain/representations.ts';
import { type Session, signedOut } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections, UserUseCase } from '../storage/user-store.ts';

interface EndRequest {
  readonly sessionId: string;
  readonly userId: string;
}

/** Signs out one of the user's own sessions; ending it again changes nothing. False: the user has no such session. */
export const endSession: UserUseCase<EndRequest, boolean> = {
  name: 'end session',
  keys: ({ sessionId }) => ({ sessions: [sessionId], endedAccess: [sessionId] }),
  decide({ sessionId, userId }, world, { now }) {
    const session = world.get('sessions', sessionId);
    if (session?.userId !== userId) return { answer: false };
    const after = signedOut(session, now);
    return after === session ? { answer: true } : { answer: true, ...sessionEnded(after, { now }) };
  },
};

/** Signs a user out everywhere by a change of one row, however many sessions there are, even one that opens at this moment. */
export const endSessions: UserUseCase<{ readonly userId: string }, void> = {
  name: 'end sessions',
  keys: ({ userId }) => ({ credentials: [userId], endedAccess: [userId] }),
  decide({ userId }, world, context) {
    const credential = world.get('credentials', userId);
    if (credential === undefined) return { answer: undefined };
    return { answer: undefined, ...generationEnded(endAllSessions(credential), context) };
  },
};

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
