import type { World } from '@souk/chassis/engine/writer/use-case';
import { type AccountLinks, LINK_IN, type LinkPurpose, noLinks, withoutLinks, withoutMail } from '../domain/mail-and-links.ts';
import type { UserCollections } from '../storage/user-store.ts';

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
