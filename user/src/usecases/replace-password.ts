import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import { endsAccess, type Grant } from '@souk/chassis/engine/writer/ended-access';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withPassword } from '../domain/credential.ts';
import { isLive } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './access-changed.ts';
import { endLinks, mailsThatWait } from './end-links.ts';
import { tellByMail } from './tell-by-mail.ts';

interface ReplaceRequest {
  readonly userId: string;
  /** of the caller's token, which goes on with its session */
  readonly token: Grant;
  /** the one that the current password was found right for */
  readonly before: string;
  readonly after: string;
  /** A mail says that it was changed. */
  readonly sendsMail: boolean;
  /** The caller may say which version it was meant for: throws when it is not this one. */
  readonly requireVersion?: (version: number) => void;
}

/**
 * Replaces a password, ends all other sessions and forgets all other devices; undefined when it was replaced, or the account deleted, meanwhile. A
 * token that another end of access has overtaken on its way here does not go on.
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
