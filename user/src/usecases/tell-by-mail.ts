import type { Entities, World } from '@souk/chassis/engine/writer/use-case';
import {
  type AccountLinks,
  hasRoom,
  LINK_IN,
  type LinkPurpose,
  MAIL_WAITS,
  type MailKind,
  type MailTask,
  newMail,
  noLinks,
  withMail,
  withoutLinks,
  withoutMail,
} from '../domain/mail-and-links.ts';
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

interface LinksEnded {
  readonly links: AccountLinks;
  /** ids of the mails to be removed */
  readonly mails: readonly string[];
}

/** The keys of the mails that `endLinks` reads, once the account's links are loaded. */
export function mailsThatWait(world: World<UserCollections>, userId: string): readonly string[] {
  return world.get('accountLinks', userId)?.mails ?? [];
}

/**
 * Ends the links of these purposes, and the waiting mails that would bring another one: a recipient whose server delays mails
 * must not get a link that was ended in the meantime.
 */
export function endLinks(world: World<UserCollections>, userId: string, purposes: readonly LinkPurpose[]): LinksEnded {
  const links = withoutLinks(world.get('accountLinks', userId) ?? noLinks(userId), purposes);
  const mails = links.mails.filter((id) => {
    const mail = world.get('mails', id);
    const purpose = mail && LINK_IN[mail.kind];
    return purpose !== undefined && purposes.includes(purpose);
  });
  return { links: mails.reduce(withoutMail, links), mails };
}
