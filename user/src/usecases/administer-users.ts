import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { endAllSessions } from '../domain/credential.ts';
import { ADMINS, isAdmin, withAdmin, withoutAdmin } from '../domain/roles.ts';
import { changed, type User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';
import { endLinks, mailsThatWait } from './end-links.ts';
import { userUpdated } from './user-updated.ts';

interface StatusRequest {
  readonly userId: string;
  /** The reason for disabling; null: the account works again. */
  readonly reason: string | null;
  /** the admin who asks */
  readonly actor: string;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

export type StatusAnswer =
  | { readonly kind: 'done'; readonly user: User; readonly isChanged: boolean }
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'user-unknown' }
  | { readonly kind: 'oneself' };

/**
 * Disables an account or lets it work again. Only another user who is admin can disable it, so an admin who can undo it always
 * stays; a disabled admin is off the list of those of whom one must stay. All access ends at once, and sign-ins are refused.
 */
export const replaceStatus: UseCase<UserCollections & ChassisCollections, StatusRequest, StatusAnswer> = {
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
