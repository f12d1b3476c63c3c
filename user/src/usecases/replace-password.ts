import type { UseCase } from '@souk/chassis/writer/use-case';
import { withPassword } from '../domain/credential.ts';
import { isLive } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface ReplaceRequest {
  readonly userId: string;
  /** the caller's own, which goes on */
  readonly sessionId: string;
  /** the one that the current password was found right for */
  readonly before: string;
  readonly after: string;
}

/** Replaces a password and ends all other sessions; undefined when it was replaced, or the account deleted, meanwhile. */
export const replacePassword: UseCase<UserCollections, ReplaceRequest, User | undefined> = {
  name: 'replace password',
  keys: ({ userId, sessionId }) => ({ users: [userId], credentials: [userId], sessions: [sessionId] }),
  decide({ userId, sessionId, before, after }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const session = world.get('sessions', sessionId);
    if (user === undefined || credential?.passwordHash !== before) return { answer: undefined };
    if (session === undefined || !isLive(session, credential.sessionEpoch, now)) return { answer: undefined };
    const replaced = withPassword(credential, after);
    const goingOn = { ...session, epoch: replaced.sessionEpoch };
    return { answer: user, puts: { credentials: [replaced], sessions: [goingOn] } };
  },
};
