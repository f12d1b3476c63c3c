import type { NewEventOf } from '@souk/chassis/engine/writer/use-case';
import type { Credential } from '../domain/credential.ts';
import type { AccountLinks } from '../domain/mail-and-links.ts';
import { isoTime } from '../domain/representations.ts';
import { ADMINS, isAdmin, renamed, type User, withoutAdmin } from '../domain/user.ts';
import type { UserUseCase } from '../storage/user-store.ts';
import { attemptKey } from './count-attempts.ts';
import { everythingEnded } from './end-access.ts';
import { mailIdOf } from './replace-password.ts';

interface RenameRequest {
  readonly userId: string;
  /** undefined: the name stays */
  readonly name: string | undefined;
  /** Compares the version with the one that the caller means to change: throws when they differ. */
  readonly requireVersion: (version: number) => void;
}

/** Changes a user's own profile; undefined when there is no such user any more. */
export const renameUser: UserUseCase<RenameRequest, User | undefined> = {
  name: 'rename user',
  keys: ({ userId }) => ({ users: [userId] }),
  decide({ userId, name, requireVersion }, world, { now }) {
    const user = world.get('users', userId);
    if (user === undefined) return { answer: undefined };
    requireVersion(user.version);
    const after = renamed(user, name ?? user.name, now);
    if (after === user) return { answer: user };
    return { answer: after, puts: { users: [after] }, events: [userUpdated(after)] };
  },
};

/** The event of a change. The history outlives the person, so it does not contain the values. */
export function userUpdated({ id, version, updatedAt }: User): NewEventOf<'user.updated'> {
  const data = { userId: id, updatedAt: isoTime(updatedAt) };
  return { type: 'user.updated', key: id, stream: id, version, data };
}

interface DeleteRequest {
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

type Deleted =
  /** `at`: epoch milliseconds */
  | { readonly kind: 'deleted'; readonly at: number }
  | { readonly kind: 'last-admin' }
  /** the password was replaced, or the account deleted, in the meantime */
  | { readonly kind: 'password-replaced' };

/**
 * Erases a user; the answers stored for the user's idempotency keys are erased right after (`eraseDeparted`), however
 * many there are. Two things stay: the history, which names nobody, and sessions without a credential, which open nothing and
 * are removed when they expire. The address can be registered again.
 */
export const deleteUser: UserUseCase<DeleteRequest, Deleted> = {
  name: 'delete user',
  keys: ({ userId }) => ({
    users: [userId],
    credentials: [userId],
    addressBooks: [userId],
    accountLinks: [userId],
    adminLists: [ADMINS],
    endedAccess: [userId],
    departures: [userId],
  }),
  moreKeys({ userId }, world) {
    const email = world.get('users', userId)?.email;
    return {
      emails: email === undefined ? [] : [email],
      attempts: email === undefined ? [] : attemptsOf(userId, email, world.get('credentials', userId)),
      mails: email === undefined ? [] : mailsOf(email, world.get('accountLinks', userId)),
    };
  },
  decide({ userId, passwordHash, requireVersion }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || credential?.passwordHash !== passwordHash) {
      return { answer: { kind: 'password-replaced' } };
    }
    requireVersion?.(user.version);
    const admins = world.get('adminLists', ADMINS);
    const left = isAdmin(admins, userId) ? withoutAdmin(admins, userId) : undefined;
    if (left?.userIds.length === 0) return { answer: { kind: 'last-admin' } };
    const data = { userId, deletedAt: isoTime(now) };
    return {
      answer: { kind: 'deleted', at: now },
      puts: { ...(left && { adminLists: [left] }), departures: [{ userId, at: now }], endedAccess: [everythingEnded(userId, now)] },
      removes: {
        users: [userId],
        emails: [user.email],
        credentials: [userId],
        addressBooks: [userId],
        accountLinks: [userId],
        attempts: attemptsOf(userId, user.email, credential),
        mails: mailsOf(user.email, world.get('accountLinks', userId)),
      },
      events: [{ type: 'user.deleted', key: userId, stream: userId, version: user.version + 1, data }],
    };
  },
};

function attemptsOf(userId: string, email: string, credential: Credential | undefined): readonly string[] {
  const devices = (credential?.devices ?? []).map(({ hash }) => attemptKey.device(hash));
  return [attemptKey.account(email), attemptKey.signedIn(userId), attemptKey.secondFactor(userId), attemptKey.reset(email), attemptKey.mails(userId), ...devices];
}

/** The mails that name the account, and the reset mail that was asked for by its address. */
function mailsOf(email: string, links: AccountLinks | undefined): readonly string[] {
  return [mailIdOf(email), ...(links?.mails ?? [])];
}
