import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import {
  type AccountLinks,
  beingTried,
  isOfUse,
  LINK_IN,
  type Mail,
  type MailKind,
  noLinks,
  withLink,
  withoutMail,
} from '../domain/mail-and-links.ts';
import type { User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface PrepareRequest {
  /** as it was read a moment ago */
  readonly mail: Mail;
  /** of the secret in this try of the mail */
  readonly secretHash: string;
}

type Prepared =
  /** `userId`: the owner of the link */
  | { readonly kind: 'send'; readonly mail: Mail; readonly userId: string }
  /** Another process is sending it, or has sent it. */
  | { readonly kind: 'not-due' }
  /** There is no such account, or the mail does not concern it any more. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'too-late' };

/**
 * Runs before each try of a mail: claims it for this process, looks up its user, and makes its link valid. The secret is new
 * each time and known to the caller alone, so a process that dies costs a second mail but no secret.
 */
export const prepareMail: UseCase<UserCollections, PrepareRequest, Prepared> = {
  name: 'prepare mail',
  keys: ({ mail: { id, recipient } }) => ({ mails: [id], emails: [recipient] }),
  moreKeys({ mail }, world) {
    const userId = mail.userId ?? world.get('emails', mail.recipient)?.userId;
    return userId === undefined ? {} : { users: [userId], accountLinks: [userId] };
  },
  decide({ mail: { id }, secretHash }, world, { now }) {
    const mail = world.get('mails', id);
    if (mail === undefined || mail.dueAt > now) return { answer: { kind: 'not-due' } };
    const userId = mail.userId ?? world.get('emails', mail.recipient)?.userId;
    const user = userId === undefined ? undefined : world.get('users', userId);
    if (user === undefined) return { answer: { kind: 'nobody' }, removes: { mails: [id] } };
    const links = world.get('accountLinks', user.id) ?? noLinks(user.id);
    const isWanted = concerns(mail.kind, { user, to: mail.recipient, isTaken: world.get('emails', mail.recipient) !== undefined });
    if (!isWanted || !isOfUse(mail, now)) {
      const unlisted = links.mails.includes(id) ? { accountLinks: [withoutMail(links, id)] } : {};
      return { answer: { kind: isWanted ? 'too-late' : 'nobody' }, puts: unlisted, removes: { mails: [id] } };
    }
    const after = beingTried(mail, now);
    return {
      answer: { kind: 'send', mail: after, userId: user.id },
      puts: { mails: [after], accountLinks: linked(links, mail, secretHash, now) },
    };
  },
};

interface Addressed {
  readonly user: User;
  readonly to: string;
  /** True when some account has the address. */
  readonly isTaken: boolean;
}

/** True when the mail still concerns the user; a notice always does. A disabled user is sent nothing that opens an account. */
function concerns(kind: MailKind, { user, to, isTaken }: Addressed): boolean {
  switch (kind) {
    case 'reset-password':
      return user.disabled === null;
    case 'confirm-email':
      return user.disabled === null && !user.emailConfirmed && to === user.email;
    case 'change-email':
      return user.disabled === null && !isTaken;
    case 'password-changed':
    case 'email-change-asked':
    case 'email-changed':
      return true;
    default:
      return kind satisfies never;
  }
}

function linked(links: AccountLinks, { kind, recipient }: Mail, secretHash: string, now: number): readonly AccountLinks[] {
  const purpose = LINK_IN[kind];
  return purpose === undefined ? [] : [withLink(links, { purpose, secretHash, email: recipient }, now)];
}
