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
