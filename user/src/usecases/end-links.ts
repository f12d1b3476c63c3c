import type { World } from '@souk/chassis/engine/writer/use-case';
import { type AccountLinks, LINK_IN, type LinkPurpose, noLinks, withoutLinks, withoutMail } from '../domain/account-links.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface LinksEnded {
  readonly links: AccountLinks;
  /** to be removed */
  readonly mails: readonly string[];
}

/** The keys of mails that `endLinks` looks at, once the account's links are loaded. */
export function mailsThatWait(world: World<UserCollections>, userId: string): readonly string[] {
  return world.get('accountLinks', userId)?.mails ?? [];
}

/**
 * Links of these purposes are good no more, and no mail that waits brings another one: a recipient whose server puts mails off
 * must not get a link that was ended meanwhile.
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
