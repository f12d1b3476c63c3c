import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { linkOf } from '../domain/mail-and-links.ts';
import { withPassword } from '../domain/credential.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';
import { attemptKey } from './attempt-key.ts';
import { endLinks, mailsThatWait } from './end-links.ts';
import { tellByMail } from './tell-by-mail.ts';

interface ResetRequest {
  readonly userId: string;
  readonly secretHash: string;
  /** of the new password */
  readonly passwordHash: string;
  /** the client's address; undefined: addresses are not counted */
  readonly from: string | undefined;
}

/** Sets a password by a link and ends all sessions; false: the link is not valid (any more). */
export const resetPassword: UseCase<UserCollections & ChassisCollections, ResetRequest, boolean, MailTask> = {
  name: 'reset password',
  keys: ({ userId }) => ({ users: [userId], credentials: [userId], accountLinks: [userId], endedAccess: [userId] }),
  moreKeys({ userId, from }, world) {
    const email = world.get('users', userId)?.email;
    return { mails: mailsThatWait(world, userId), ...(email !== undefined && { attempts: attemptsOf(userId, email, from) }) };
  },
  decide({ userId, secretHash, passwordHash, from }, world, context) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const links = world.get('accountLinks', userId);
    const link = linkOf(links, ['reset-password'], secretHash, context.now);
    if (user === undefined || credential === undefined || links === undefined) return { answer: false };
    if (user.disabled !== null || link?.email !== user.email) return { answer: false };
    const { puts, events } = generationEnded(withPassword(credential, passwordHash), context);
    const rest = endLinks(world, userId, ['reset-password', 'change-email']);
    const attempts = credential.secondFactor === null ? attemptsOf(userId, user.email, from) : [];
    const told = tellByMail(rest.links, [{ kind: 'password-changed', to: user.email }], { ...context, sendsMail: true });
    return {
      answer: true,
      puts: { ...puts, ...told.puts },
      removes: { attempts, mails: rest.mails },
      tasks: told.tasks,
      events,
    };
  },
};

/** Wrong passwords were guesses at the old one. Codes stay counted: a reader of the mails must not get new guesses with every reset. */
function attemptsOf(userId: string, email: string, from: string | undefined): readonly string[] {
  const fromThere = from === undefined ? [] : [attemptKey.accountFrom(email, from)];
  return [attemptKey.account(email), attemptKey.signedIn(userId), ...fromThere];
}
