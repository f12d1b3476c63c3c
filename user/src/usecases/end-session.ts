import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { signedOut } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { sessionEnded } from './end-access.ts';

interface EndRequest {
  readonly sessionId: string;
  readonly userId: string;
}

/** Signs out one of the user's own sessions; ending it again changes nothing. False: the user has no such session. */
export const endSession: UseCase<UserCollections & ChassisCollections, EndRequest, boolean> = {
  name: 'end session',
  keys: ({ sessionId }) => ({ sessions: [sessionId], endedAccess: [sessionId] }),
  decide({ sessionId, userId }, world, { now }) {
    const session = world.get('sessions', sessionId);
    if (session?.userId !== userId) return { answer: false };
    const after = signedOut(session, now);
    return after === session ? { answer: true } : { answer: true, ...sessionEnded(after, { now }) };
  },
};
