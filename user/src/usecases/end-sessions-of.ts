import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { endAllSessions } from '../domain/credential.ts';
import { ADMINS, isAdmin } from '../domain/roles.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';

interface EndRequest {
  readonly userId: string;
  /** the admin who asks */
  readonly actor: string;
}

export type EndAnswer = { readonly kind: 'done' } | { readonly kind: 'not-admin' } | { readonly kind: 'user-unknown' };

/** Signs a user out everywhere, at the request of an admin. */
export const endSessionsOf: UseCase<UserCollections & ChassisCollections, EndRequest, EndAnswer> = {
  name: "end a person's sessions",
  keys: ({ userId }) => ({ credentials: [userId], adminLists: [ADMINS], endedAccess: [userId] }),
  decide({ userId, actor }, world, at) {
    if (!isAdmin(world.get('adminLists', ADMINS), actor)) return { answer: { kind: 'not-admin' } };
    const credential = world.get('credentials', userId);
    if (credential === undefined) return { answer: { kind: 'user-unknown' } };
    return { answer: { kind: 'done' }, ...generationEnded(endAllSessions(credential), at) };
  },
};
