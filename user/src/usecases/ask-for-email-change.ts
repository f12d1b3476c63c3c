import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { noLinks } from '../domain/mail-and-links.ts';
import { ASKED_AT_MOST, asked, isFull, leftMs } from '../domain/attempts.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { MailsAsked } from './ask-for-confirmation.ts';
import { attemptKey } from './attempt-key.ts';
import { tellByMail } from './tell-by-mail.ts';

interface EmailChangeRequest {
  readonly userId: string;
  /** normalised */
  readonly email: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
}

/**
 * Sends a link to the new address, and a notice to the old one. Whether an account has the new address already is checked
 * only when the mail is sent, so that the caller does not learn it.
 */
export const askForEmailChange: UseCase<UserCollections, EmailChangeRequest, MailsAsked, MailTask> = {
  name: 'ask for an e-mail change',
  keys: ({ userId }) => ({ users: [userId], credentials: [userId], accountLinks: [userId], attempts: [attemptKey.mails(userId)] }),
  decide({ userId, email, passwordHash }, world, { now, newId }) {
    const user = world.get('users', userId);
    if (user === undefined || world.get('credentials', userId)?.passwordHash !== passwordHash) return { answer: { kind: 'user-unknown' } };
    const key = attemptKey.mails(userId);
    const before = world.get('attempts', key);
    if (isFull(before, ASKED_AT_MOST.signedIn, now)) return { answer: { kind: 'wait', ms: leftMs(before, now) } };
    const links = world.get('accountLinks', userId) ?? noLinks(userId);
    const mails = [{ kind: 'change-email', to: email }, { kind: 'email-change-asked', to: user.email }] as const;
    const told = tellByMail(links, mails, { now, newId, sendsMail: true });
    return { answer: { kind: 'asked' }, puts: { ...told.puts, attempts: [asked(before, key, now)] }, tasks: told.tasks };
  },
};
