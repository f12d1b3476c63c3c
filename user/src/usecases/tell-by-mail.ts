import type { Entities } from '@souk/chassis/engine/writer/use-case';
import { type AccountLinks, hasRoom, type MailKind, newMail, withMail } from '../domain/mail-and-links.ts';
import { MAIL_WAITS, type MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface Told {
  readonly kind: MailKind;
  readonly to: string;
}

interface Telling {
  readonly puts: Entities<Pick<UserCollections, 'mails' | 'accountLinks'>>;
  readonly tasks: readonly MailTask[];
}

/** The additions to a decision that send mails about it. `links`: as after the decision. No mail is stored when none can be sent. */
export function tellByMail(
  links: AccountLinks,
  mails: readonly Told[],
  { now, newId, sendsMail }: { readonly now: number; newId(): string; readonly sendsMail: boolean },
): Telling {
  if (!sendsMail) return { puts: isEmpty(links) ? {} : { accountLinks: [links] }, tasks: [] };
  const made = (hasRoom(links) ? mails : []).map(({ kind, to }) => newMail({ id: newId(), kind, recipient: to, userId: links.userId }, now));
  const listed = made.reduce((all, { id }) => withMail(all, id, now), links);
  return { puts: { accountLinks: [listed], mails: made }, tasks: [MAIL_WAITS] };
}

/** True when there are no links yet; an empty document is not written. */
function isEmpty({ forgottenAt }: AccountLinks): boolean {
  return forgottenAt === 0;
}
