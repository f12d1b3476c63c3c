import type { UseCase } from '@souk/chassis/writer/use-case';
import { signedOut } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface EndRequest {
  readonly sessionId: string;
  readonly userId: string;
}

/** Signs out one of the user's own sessions; ending it again changes nothing. False: the user has no such session. */
export const endSession: UseCase<UserCollections, EndRequest, boolean> = {
  name: 'end session',
  keys: ({ sessionId }) => ({ sessions: [sessionId] }),
  decide({ sessionId, userId }, world, { now }) {
    const session = world.get('sessions', sessionId);
    if (session?.userId !== userId) return { answer: false };
    return { answer: true, puts: { sessions: [signedOut(session, now)] } };
  },
};
