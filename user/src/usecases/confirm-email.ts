import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { type AccountLinks, linkOf, type LinkPurpose, withoutLinks } from '../domain/mail-and-links.ts';
import { changed, type User } from '../domain/user.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { endLinks, mailsThatWait } from './end-links.ts';
import { tellByMail } from './tell-by-mail.ts';
import { userUpdated } from './user-updated.ts';

interface ConfirmRequest {
  readonly userId: string;
  readonly secretHash: string;
}

/** `link-refused`: the link is not valid (any more), or another account has got the address in the meantime. */
type Confirmed = { readonly kind: 'confirmed' } | { readonly kind: 'changed' } | { readonly kind: 'link-refused' };

const PURPOSES: readonly LinkPurpose[] = ['confirm-email', 'change-email'];
const REFUSED = { answer: { kind: 'link-refused' } } as const;

/** Uses a link that was sent to an address: the address is confirmed, and becomes the account's if it was not already. */
export const confirmEmail: UseCase<UserCollections, ConfirmRequest, Confirmed, MailTask> = {
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
