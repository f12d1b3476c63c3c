import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import { endsAccess, type Grant } from '@souk/chassis/engine/writer/ended-access';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withPassword } from '../domain/credential.ts';
import { isLive } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';
import { endLinks, mailsThatWait } from './end-links.ts';
import { tellByMail } from './tell-by-mail.ts';

interface ReplaceRequest {
  readonly userId: string;
  /** of the caller's token, which stays valid with its session */
  readonly token: Grant;
  /** the hash that the current password was right for */
  readonly before: string;
  readonly after: string;
  /** True: a mail says that the password was changed. */
  readonly sendsMail: boolean;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

/**
 * Replaces a password, ends all other sessions and forgets all other devices; undefined: the password was replaced, or the
 * account deleted, in the meantime. The caller's token does not stay valid if access was ended otherwise while it was on its way.
 */
export const replacePassword: UseCase<UserCollections & ChassisCollections, ReplaceRequest, User | undefined, MailTask> = {
  name: 'replace password',
  keys: ({ userId, token: { sessionId } }) => ({
    users: [userId],
    credentials: [userId],
    sessions: [sessionId],
    accountLinks: [userId],
    endedAccess: [userId],
  }),
  moreKeys: ({ userId }, world) => ({ mails: mailsThatWait(world, userId) }),
  decide({ userId, token, before, after, sendsMail, requireVersion }, world, context) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const session = world.get('sessions', token.sessionId);
    if (user === undefined || credential?.passwordHash !== before) return { answer: undefined };
    if (session === undefined || !isLive(session, credential.sessionEpoch, context.now)) return { answer: undefined };
    requireVersion?.(user.version);
    const devices = credential.devices.filter(({ hash }) => hash === session.device);
    const replaced = withPassword(credential, after, devices);
    const earlier = world.get('endedAccess', userId);
    const kept = earlier !== undefined && endsAccess(earlier, token) ? null : token;
    const { puts, events } = generationEnded(replaced, context, { kept });
    const rest = endLinks(world, userId, ['reset-password', 'change-email']);
    const told = tellByMail(rest.links, [{ kind: 'password-changed', to: user.email }], { ...context, sendsMail });
    return {
      answer: user,
      puts: { ...puts, ...told.puts, sessions: [{ ...session, epoch: replaced.sessionEpoch }] },
      removes: { mails: rest.mails },
      tasks: told.tasks,
      events,
    };
  },
};
