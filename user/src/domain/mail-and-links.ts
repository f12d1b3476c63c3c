const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Kinds of mail that a user gets. */
export type MailKind = 'reset-password' | 'password-changed' | 'confirm-email' | 'change-email' | 'email-change-asked' | 'email-changed';

/** A mail that was decided on and not sent yet, in an outbox of its own. Times are epoch milliseconds of the database's clock. */
export interface Mail {
  readonly id: string;
  readonly kind: MailKind;
  /** normalised */
  readonly recipient: string;
  /** null: it is for the user who has the address when it is sent, if there is one */
  readonly userId: string | null;
  readonly createdAt: number;
  /** No try before this time: the mail was tried a moment ago, or is being tried. */
  readonly dueAt: number;
  readonly tries: number;
}

/** The task that says that mails wait. The delivery looks in the store for them. */
export const MAIL_WAITS = 'mail waits';
export type MailTask = typeof MAIL_WAITS;

/** Time for which a mail is of use. A mail that could not be sent by then is never sent. */
const OF_USE_MS: Readonly<Record<MailKind, number>> = {
  // By then a user who waits for it has asked again.
  'reset-password': HOUR_MS,
  'password-changed': 72 * HOUR_MS,
  'confirm-email': 24 * HOUR_MS,
  'change-email': HOUR_MS,
  'email-change-asked': 72 * HOUR_MS,
  'email-changed': 72 * HOUR_MS,
};
/** More tries than fit into the longest of these times at the longest delay. */
const MOST_TRIES = 500;
/** Back-off: a server that is away for a moment delays a mail little; one that is away for days is tried ever more seldom. */
const FIRST_DELAY_MS = 2000;
const LONGEST_DELAY_MS = 15 * MINUTE_MS;
/** Longer than one try may take (`LIMIT_MS` of smtp-mail.ts): a process that dies during a try delays the mail by no more than this. */
const TRY_MS = 90_000;

export function newMail({ id, kind, recipient, userId }: Pick<Mail, 'id' | 'kind' | 'recipient' | 'userId'>, now: number): Mail {
  return { id, kind, recipient, userId, createdAt: now, dueAt: now, tries: 0 };
}

export function isOfUse({ kind, createdAt, tries }: Mail, now: number): boolean {
  return now - createdAt < OF_USE_MS[kind] && tries < MOST_TRIES;
}

/** The mail while a process tries to send it. */
export function beingTried(mail: Mail, now: number): Mail {
  return { ...mail, tries: mail.tries + 1, dueAt: now + TRY_MS };
}

/** The mail after a try that failed. */
export function afterFailure(mail: Mail, now: number): Mail {
  return { ...mail, dueAt: now + Math.min(FIRST_DELAY_MS * 2 ** (mail.tries - 1), LONGEST_DELAY_MS) };
}

/** The purpose of a link in a mail. */
export type LinkPurpose = 'reset-password' | 'confirm-email' | 'change-email';

/** A link that was sent. The store has only the hash of its secret; the secret itself is in the mail alone. */
interface Link {
  readonly purpose: LinkPurpose;
  /** SHA-256 */
  readonly secretHash: string;
  /** epoch milliseconds */
  readonly expiresAt: number;
  /** the address it was sent to */
  readonly email: string;
}

/** The links sent to a user, and the user's waiting mails. One document, so its content is bounded and is removed at once. */
export interface AccountLinks {
  readonly userId: string;
  /** oldest first */
  readonly links: readonly Link[];
  /** ids of mails that name the account */
  readonly mails: readonly string[];
  /** epoch milliseconds: nothing in it is of use afterwards */
  readonly forgottenAt: number;
}

/** Counted from the hand-over of the mail, not from the request for it. */
const LIFETIME_MS: Readonly<Record<LinkPurpose, number>> = {
  'reset-password': 15 * MINUTE_MS,
  // These give no access by themselves, and last for people who read mail once a day.
  'confirm-email': 24 * HOUR_MS,
  'change-email': 24 * HOUR_MS,
};
/** Links of one purpose that are valid at the same time: after asking again, a user may still use the mail that came late. */
const LINKS_AT_ONCE = 3;
/** Mails that wait for a user at most, while a server is away for days: more would say the same. */
const MAILS_AT_ONCE = 50;
/** Longer than any mail waits (`OF_USE_MS`). */
const MAILS_KEPT_MS = 96 * HOUR_MS;

/** The purpose of the link in mails of a kind; undefined: there is none. */
export const LINK_IN: Readonly<Record<MailKind, LinkPurpose | undefined>> = {
  'reset-password': 'reset-password',
  'password-changed': undefined,
  'confirm-email': 'confirm-email',
  'change-email': 'change-email',
  'email-change-asked': undefined,
  'email-changed': undefined,
};

type NewLink = Pick<Link, 'purpose' | 'secretHash' | 'email'>;

export function noLinks(userId: string): AccountLinks {
  return { userId, links: [], mails: [], forgottenAt: 0 };
}

export function withLink(before: AccountLinks, link: NewLink, now: number): AccountLinks {
  const live = before.links.filter(({ expiresAt }) => expiresAt > now);
  const others = live.filter(({ purpose }) => purpose !== link.purpose);
  const alike = live.filter(({ purpose }) => purpose === link.purpose).slice(1 - LINKS_AT_ONCE);
  const added = { ...link, expiresAt: now + LIFETIME_MS[link.purpose] };
  return kept({ ...before, links: [...others, ...alike, added] }, now);
}

export function hasRoom({ mails }: AccountLinks): boolean {
  return mails.length < MAILS_AT_ONCE;
}

export function withMail(before: AccountLinks, mailId: string, now: number): AccountLinks {
  return kept({ ...before, mails: [...before.mails, mailId] }, now);
}

export function withoutMail(before: AccountLinks, mailId: string): AccountLinks {
  return { ...before, mails: before.mails.filter((id) => id !== mailId) };
}

/** The link with that secret, while it is valid. */
export function linkOf(
  links: AccountLinks | undefined,
  purposes: readonly LinkPurpose[],
  secretHash: string,
  now: number,
): Link | undefined {
  return links?.links.find((link) => purposes.includes(link.purpose) && link.secretHash === secretHash && link.expiresAt > now);
}

/** Removes the links of these purposes: a link works once, and those like it end with it. */
export function withoutLinks(before: AccountLinks, purposes: readonly LinkPurpose[]): AccountLinks {
  return { ...before, links: before.links.filter(({ purpose }) => !purposes.includes(purpose)) };
}

function kept(links: AccountLinks, now: number): AccountLinks {
  const ends = links.links.map(({ expiresAt }) => expiresAt);
  return { ...links, forgottenAt: Math.max(...ends, links.mails.length > 0 ? now + MAILS_KEPT_MS : 0, links.forgottenAt) };
}
