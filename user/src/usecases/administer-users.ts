import type { Role } from '@souk/contracts/access-token';
import { endAccessTokens, endAllSessions, withoutFactor } from '../domain/credential.ts';
import { ADMINS, changed, isAdmin, replaceRoles as decideRoles, type User, withAdmin, withoutAdmin } from '../domain/user.ts';
import type { UserUseCase } from '../storage/user-store.ts';
import { userUpdated } from './account.ts';
import { attemptKey } from './count-attempts.ts';
import { generationEnded, rolesAdded } from './end-access.ts';
import { endLinks, mailsThatWait } from './tell-by-mail.ts';

interface AdminRequest {
  readonly userId: string;
  /** the admin who asks */
  readonly actor: string;
}

interface RolesRequest extends AdminRequest {
  readonly roles: readonly Role[];
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
export const replaceRoles: UserUseCase<RolesRequest, RolesAnswer> = {
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
    const access =
      credential === undefined
        ? rolesAdded(change.user, at)
        : generationEnded(endAccessTokens(credential), at, { roles: change.user.roles });
    return {
      answer: { kind: 'done', user: change.user, from: user.roles },
      puts: { ...access.puts, users: [change.user], adminLists: [change.admins] },
      events: [{ ...userUpdated(change.user), context }, ...access.events],
    };
  },
};

interface StatusRequest extends AdminRequest {
  /** The reason for disabling; null: the account works again. */
  readonly reason: string | null;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

type StatusAnswer =
  | { readonly kind: 'done'; readonly user: User; readonly isChanged: boolean }
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'user-unknown' }
  | { readonly kind: 'oneself' };

/**
 * Disables an account or lets it work again. Only another user who is admin can disable it, so an admin who can undo it always
 * stays; a disabled admin is off the list of those of whom one must stay. All access ends at once, and sign-ins are refused.
 */
export const replaceStatus: UserUseCase<StatusRequest, StatusAnswer> = {
  name: 'replace status',
  keys: ({ userId }) => ({ users: [userId], adminLists: [ADMINS], credentials: [userId], accountLinks: [userId], endedAccess: [userId] }),
  moreKeys: ({ userId }, world) => ({ mails: mailsThatWait(world, userId) }),
  decide({ userId, reason, actor, requireVersion }, world, at) {
    const admins = world.get('adminLists', ADMINS);
    if (!isAdmin(admins, actor)) return { answer: { kind: 'not-admin' } };
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || credential === undefined) return { answer: { kind: 'user-unknown' } };
    if (userId === actor) return { answer: { kind: 'oneself' } };
    requireVersion?.(user.version);
    if ((user.disabled?.reason ?? null) === reason) return { answer: { kind: 'done', user, isChanged: false } };
    const after = changed(user, { disabled: reason === null ? null : { at: at.now, reason } }, at.now);
    // The history outlives the person, so the reason is not in it.
    const news = { ...userUpdated(after), context: { actor, from: statusOf(user), to: statusOf(after) } };
    const answer = { kind: 'done', user: after, isChanged: statusOf(user) !== statusOf(after) } as const;
    const isListed = user.roles.includes('admin');
    if (reason === null) {
      return { answer, puts: { users: [after], ...(isListed && { adminLists: [withAdmin(admins, userId)] }) }, events: [news] };
    }
    if (user.disabled !== null) return { answer, puts: { users: [after] }, events: [news] };
    const ended = generationEnded(endAllSessions(credential), at);
    const { links, mails } = endLinks(world, userId, ['reset-password', 'confirm-email', 'change-email']);
    return {
      answer,
      puts: { ...ended.puts, users: [after], accountLinks: [links], ...(isListed && { adminLists: [withoutAdmin(admins, userId)] }) },
      removes: { mails },
      events: [news, ...ended.events],
    };
  },
};

function statusOf({ disabled }: User): 'active' | 'disabled' {
  return disabled === null ? 'active' : 'disabled';
}

type EndAnswer = { readonly kind: 'done' } | { readonly kind: 'not-admin' } | { readonly kind: 'user-unknown' };

/** Signs a user out everywhere, at the request of an admin. */
export const endSessionsOf: UserUseCase<AdminRequest, EndAnswer> = {
  name: "end a person's sessions",
  keys: ({ userId }) => ({ credentials: [userId], adminLists: [ADMINS], endedAccess: [userId] }),
  decide({ userId, actor }, world, at) {
    if (!isAdmin(world.get('adminLists', ADMINS), actor)) return { answer: { kind: 'not-admin' } };
    const credential = world.get('credentials', userId);
    if (credential === undefined) return { answer: { kind: 'user-unknown' } };
    return { answer: { kind: 'done' }, ...generationEnded(endAllSessions(credential), at) };
  },
};

/** `not-admin`: the actor's token still says admin, the store does not. `none`: nothing to reset. `oneself`: a token alone must not do that. */
type ResetAnswer = 'reset' | 'none' | 'not-admin' | 'user-unknown' | 'oneself';

/** Removes the factor of a user who lost authenticator and recovery codes: all sessions end, and the password alone opens new ones. */
export const resetFactor: UserUseCase<AdminRequest, ResetAnswer> = {
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
