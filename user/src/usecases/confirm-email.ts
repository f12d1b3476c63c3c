import { asked, ASKED_AT_MOST, isFull, leftMs } from '../domain/attempts.ts';
import { type AccountLinks, linkOf, type LinkPurpose, noLinks, withoutLinks } from '../domain/mail-and-links.ts';
import { changed, type User } from '../domain/user.ts';
import type { UserUseCase } from '../storage/user-store.ts';
import { userUpdated } from './account.ts';
import { attemptKey } from './count-attempts.ts';
import { endLinks, mailsThatWait, tellByMail } from './tell-by-mail.ts';

interface ConfirmationRequest {
  readonly userId: string;
}

export type MailsAsked = { readonly kind: 'asked' } | { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'user-unknown' };

/** Sends one more mail to confirm the address of an account; none when it is confirmed already. */
export const askForConfirmation: UserUseCase<ConfirmationRequest, MailsAsked> = {
  name: 'ask for a confirmation',
  keys: ({ userId }) => ({ users: [userId], accountLinks: [userId], attempts: [attemptKey.mails(userId)] }),
  decide({ userId }, world, { now, newId }) {
    const user = world.get('users', userId);
    if (user === undefined) return { answer: { kind: 'user-unknown' } };
    if (user.emailConfirmed) return { answer: { kind: 'asked' } };
    const key = attemptKey.mails(userId);
    const before = world.get('attempts', key);
    if (isFull(before, ASKED_AT_MOST.signedIn, now)) return { answer: { kind: 'wait', ms: leftMs(before, now) } };
    const links = world.get('accountLinks', userId) ?? noLinks(userId);
    const told = tellByMail(links, [{ kind: 'confirm-email', to: user.email }], { now, newId, sendsMail: true });
    return { answer: { kind: 'asked' }, puts: { ...told.puts, attempts: [asked(before, key, now)] }, tasks: told.tasks };
  },
};

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
export const askForEmailChange: UserUseCase<EmailChangeRequest, MailsAsked> = {
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

interface ConfirmRequest {
  readonly userId: string;
  readonly secretHash: string;
}

/** `link-refused`: the link is not valid (any more), or another account has got the address in the meantime. */
type Confirmed = { readonly kind: 'confirmed' } | { readonly kind: 'changed' } | { readonly kind: 'link-refused' };

const PURPOSES: readonly LinkPurpose[] = ['confirm-email', 'change-email'];
const REFUSED = { answer: { kind: 'link-refused' } } as const;

/** Uses a link that was sent to an address: the address is confirmed, and becomes the account's if it was not already. */
export const confirmEmail: UserUseCase<ConfirmRequest, Confirmed> = {
  name: 'confirm e-mail',
  keys: ({ userId }) => ({ users: [userId], accountLinks: [userId] }),
  moreKeys({ userId, secretHash }, world) {
    const email = linkOf(world.get('accountLinks', userId), PURPOSES, secretHash, 0)?.email;
    const own = world.get('users', userId)?.email;
    return { emails: [email, own].filter((address) => address !== undefined), mails: mailsThatWait(world, userId) };
  },
  decide({ userId, secretHash }, world, at) {
    const user = world.get('users', userId);
    const links = world.get('accountLinks', userId);
    const link = linkOf(links, PURPOSES, secretHash, at.now);
    if (user === undefined || user.disabled !== null || links === undefined || link === undefined) return REFUSED;
    if (link.purpose === 'confirm-email') return link.email === user.email ? confirmed(user, links, at.now) : REFUSED;
    // A link to an address that is taken by now is refused like a spent one.
    if (world.get('emails', link.email) !== undefined) return REFUSED;
    const after = changed(user, { email: link.email, emailConfirmed: true }, at.now);
    // Links that were sent to the old address become invalid.
    const rest = endLinks(world, userId, ['reset-password', 'confirm-email', 'change-email']);
    const told = tellByMail(rest.links, [{ kind: 'email-changed', to: user.email }], { ...at, sendsMail: true });
    return {
      answer: { kind: 'changed' },
      puts: { ...told.puts, users: [after], emails: [{ email: after.email, userId }] },
      removes: { emails: [user.email], mails: rest.mails },
      tasks: told.tasks,
      events: [userUpdated(after)],
    };
  },
};

function confirmed(user: User, links: AccountLinks, now: number) {
  const after = changed(user, { emailConfirmed: true }, now);
  const isNews = !user.emailConfirmed;
  return {
    answer: { kind: 'confirmed' } as const,
    puts: { accountLinks: [withoutLinks(links, ['confirm-email'])], ...(isNews && { users: [after] }) },
    ...(isNews && { events: [userUpdated(after)] }),
  };
}
