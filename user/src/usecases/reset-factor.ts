import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { endAllSessions, withoutFactor } from '../domain/credential.ts';
import { ADMINS, isAdmin } from '../domain/roles.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';
import { attemptKey } from './attempt-key.ts';

interface ResetRequest {
  readonly userId: string;
  /** the admin who asks */
  readonly actor: string;
}

/** `not-admin`: the actor's token still says admin, the store does not. `none`: nothing to reset. `oneself`: a token alone must not do that. */
type ResetAnswer = 'reset' | 'none' | 'not-admin' | 'user-unknown' | 'oneself';

/** Removes the factor of a user who lost authenticator and recovery codes: all sessions end, and the password alone opens new ones. */
export const resetFactor: UseCase<UserCollections & ChassisCollections, ResetRequest, ResetAnswer> = {
  name: 'reset factor',
  keys: ({ userId }) => ({
    credentials: [userId],
    adminLists: [ADMINS],
    endedAccess: [userId],
    attempts: [attemptKey.secondFactor(userId)],
  }),
  decide({ userId, actor }, world, at) {
    if (!isAdmin(world.get('adminLists', ADMINS), actor)) return { answer: 'not-admin' };
    if (userId === actor) return { answer: 'oneself' };
    const credential = world.get('credentials', userId);
    if (credential === undefined) return { answer: 'user-unknown' };
    if (credential.secondFactor === null) return { answer: 'none' };
    const removes = { attempts: [attemptKey.secondFactor(userId)] };
    return { answer: 'reset', ...generationEnded(endAllSessions(withoutFactor(credential)), at), removes };
  },
};
