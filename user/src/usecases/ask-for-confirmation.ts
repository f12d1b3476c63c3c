import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { noLinks } from '../domain/mail-and-links.ts';
import { ASKED_AT_MOST, asked, isFull, leftMs } from '../domain/attempts.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { attemptKey } from './attempt-key.ts';
import { tellByMail } from './tell-by-mail.ts';

interface ConfirmationRequest {
  readonly userId: string;
}

export type MailsAsked = { readonly kind: 'asked' } | { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'user-unknown' };

/** Sends one more mail to confirm the address of an account; none when it is confirmed already. */
export const askForConfirmation: UseCase<UserCollections, ConfirmationRequest, MailsAsked, MailTask> = {
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
