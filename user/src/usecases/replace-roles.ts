import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { Role } from '@souk/contracts/roles';
import { endAccessTokens } from '../domain/credential.ts';
import { ADMINS, isAdmin, replaceRoles as decideRoles } from '../domain/roles.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded, rolesAdded } from './end-access.ts';
import { userUpdated } from './user-updated.ts';

interface RolesRequest {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** the admin who asks */
  readonly actor: string;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

export type RolesAnswer =
  /** `from`: the roles before, which may be the same */
  | { readonly kind: 'done'; readonly user: User; readonly from: readonly Role[] }
  /** the actor's token still says admin, the store does not */
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'user-unknown' }
  | { readonly kind: 'last-admin' };

/**
 * Replaces a user's roles, if the store still has the actor as admin: one who was demoted a moment ago must not use the rest of a
 * token's life to come back. A user who loses a role needs a new token, which the session gives; with more roles, the old token
 * stays valid for what it says.
 */
export const replaceRoles: UseCase<UserCollections & ChassisCollections, RolesRequest, RolesAnswer> = {
  name: 'replace roles',
  keys: ({ userId }) => ({ users: [userId], adminLists: [ADMINS], credentials: [userId], endedAccess: [userId] }),
  decide({ userId, roles, actor, requireVersion }, world, at) {
    const admins = world.get('adminLists', ADMINS);
    if (admins === undefined || !isAdmin(admins, actor)) return { answer: { kind: 'not-admin' } };
    const user = world.get('users', userId);
    if (user === undefined) return { answer: { kind: 'user-unknown' } };
    requireVersion?.(user.version);
    const change = decideRoles(user, admins, roles, at.now);
    if (change.kind === 'unchanged') return { answer: { kind: 'done', user, from: user.roles } };
    if (change.kind === 'last-admin') return { answer: change };
    const context = { actor, from: user.roles, to: change.user.roles };
    const credential = change.isLess ? world.get('credentials', userId) : undefined;
    const changed =
      credential === undefined
        ? rolesAdded(change.user, at)
        : generationEnded(endAccessTokens(credential), at, { roles: change.user.roles });
    return {
      answer: { kind: 'done', user: change.user, from: user.roles },
      puts: { ...changed.puts, users: [change.user], adminLists: [change.admins] },
      events: [{ ...userUpdated(change.user), context }, ...changed.events],
    };
  },
};
