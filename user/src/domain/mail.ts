const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Kinds of mail a person gets from us. */
export type MailKind = 'reset-password' | 'password-changed' | 'confirm-email' | 'change-email' | 'email-change-asked' | 'email-changed';

/** A mail that was decided on and has not been sent yet: an outbox of its own. Times are epoch milliseconds, the database's. */
export interface Mail {
  readonly id: string;
  readonly kind: MailKind;
  /** normalised */
  readonly recipient: string;
  /** null: of whoever has the address when it is sent, which may be nobody */
  readonly userId: string | null;
  readonly createdAt: number;
  /** Nobody tries before: it was tried a moment ago, or is being tried. */
  readonly dueAt: number;
  readonly tries: number;
}

/** Time for which a mail is of use. A mail that could not be sent by then never is. */
const OF_USE_MS: Readonly<Record<MailKind, number>> = {
  // Whoever waits for it has asked again by then.
  'reset-password': HOUR_MS,
  'password-changed': 72 * HOUR_MS,
  'confirm-email': 24 * HOUR_MS,
  'change-email': HOUR_MS,
  'email-change-asked': 72 * HOUR_MS,
  'email-changed': 72 * HOUR_MS,
};
/** More tries than fit in the longest of these times at the longest distance. */
const MOST_TRIES = 500;
/** A server that is away for a moment delays a mail by little; one that is away for days is asked ever more seldom. */
const FIRST_DELAY_MS = 2000;
const LONGEST_DELAY_MS = 15 * MINUTE_MS;
/** Longer than one try may take (`LIMIT_MS` of smtp-mail.ts), so a process that died while it tried costs no more than that. */
const TRY_MS = 90_000;

export function newMail({ id, kind, recipient, userId }: Pick<Mail, 'id' | 'kind' | 'recipient' | 'userId'>, now: number): Mail {
  return { id, kind, recipient, userId, createdAt: now, dueAt: now, tries: 0 };
}

export function isOfUse({ kind, createdAt, tries }: Mail, now: number): boolean {
  return now - createdAt < OF_USE_MS[kind] && tries < MOST_TRIES;
}

/** The mail while somebody tries to send it. */
export function beingTried(mail: Mail, now: number): Mail {
  return { ...mail, tries: mail.tries + 1, dueAt: now + TRY_MS };
}

/** The mail after a try that failed. */
export function afterFailure(mail: Mail, now: number): Mail {
  return { ...mail, dueAt: now + Math.min(FIRST_DELAY_MS * 2 ** (mail.tries - 1), LONGEST_DELAY_MS) };
}
