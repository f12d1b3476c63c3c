import type { UseCase } from '@souk/chassis/writer/use-case';
import type { Role } from '@souk/contracts/roles';
import { ADMINS, isAdmin, replaceRoles as decideRoles } from '../domain/roles.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { userUpdated } from './user-updated.ts';

interface RolesRequest {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** the admin who asks */
  readonly actor: string;
}

export type RolesAnswer =
  | { readonly kind: 'done'; readonly user: User }
  /** the actor's token still says admin, the store does not */
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'user-unknown' }
  | { readonly kind: 'last-admin' };

/** An admin who was demoted a minute ago must not use the rest of a token's life to come back. */
export const replaceRoles: UseCase<UserCollections, RolesRequest, RolesAnswer> = {
  name: 'replace roles',
  keys: ({ userId }) => ({ users: [userId], adminLists: [ADMINS] }),
  decide({ userId, roles, actor }, world, { now }) {
    const admins = world.get('adminLists', ADMINS);
    if (admins === undefined || !isAdmin(admins, actor)) return { answer: { kind: 'not-admin' } };
    const user = world.get('users', userId);
    if (user === undefined) return { answer: { kind: 'user-unknown' } };
    const change = decideRoles(user, admins, roles, now);
    if (change.kind === 'unchanged') return { answer: { kind: 'done', user } };
    if (change.kind === 'last-admin') return { answer: change };
    const context = { actor, from: user.roles, to: change.user.roles };
    return {
      answer: { kind: 'done', user: change.user },
      puts: { users: [change.user], adminLists: [change.admins] },
      events: [{ ...userUpdated(change.user), context }],
    };
  },
};
