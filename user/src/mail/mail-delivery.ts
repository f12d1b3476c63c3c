import { randomUUID } from 'node:crypto';
import type { Job } from '@souk/chassis/engine/jobs';
import type { Metrics } from '@souk/chassis/telemetry/metrics';
import type { FaultSource } from '@souk/chassis/telemetry/repeated-faults';
import {
  type AccountLinks,
  afterFailure,
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
import type { UserEngine, UserReads, UserUseCase } from '../storage/user-store.ts';
import { linkSecretHash, linkTokenText, newLinkSecret } from '../tokens/opaque-tokens.ts';
import { MailError, type MailPort } from './mail-port.ts';
import type { MailTexts } from './mail-texts.ts';

/** Mails in progress at the same time: as many as wait for a connection, not more than a server likes. */
const AT_ONCE = 4;
/** Interval for mails that another process has left, and those that have to wait; all others are sent as soon as they are decided. */
const EVERY_MS = 5000;

type MailResult = 'sent' | 'failed' | 'given_up';

interface DeliveryDeps {
  readonly commands: Pick<UserEngine, 'submit'>;
  readonly reads: Pick<UserReads, 'dueMails'>;
  readonly port: MailPort;
  readonly texts: MailTexts;
  readonly faults: FaultSource;
  counted(result: MailResult): void;
}

interface MailDelivery {
  /** Sends the mails that are due; called during a run, it looks once more. */
  deliver(): Promise<void>;
  readonly job: Job;
  /** Begins no further mail. */
  close(): void;
}

/**
 * Sends the mails that wait in the store, trying each until it is accepted. Delivery is at least once: when a process ends
 * between the server's acceptance and its own commit, that mail is sent again.
 */
export function mailDelivery(deps: DeliveryDeps): MailDelivery {
  const { reads, port } = deps;
  let running: Promise<void> | undefined;
  let isAskedAgain = false;
  const closing = new AbortController();
  const { signal } = closing;

  async function rounds(): Promise<void> {
    do {
      isAskedAgain = false;
      await deliverDue();
    } while (isAskedAgain && !signal.aborted);
  }

  async function deliverDue(): Promise<void> {
    while (!signal.aborted) {
      const due = await reads.dueMails(AT_ONCE);
      const results = await Promise.all(due.map((mail) => deliverOne(deps, mail)));
      // After a failure the mail server may be away: the other mails wait for the next round.
      if (due.length === 0 || results.includes('failed')) return;
    }
  }

  function deliver(): Promise<void> {
    if (running === undefined) {
      running = rounds().finally(() => {
        running = undefined;
      });
    } else isAskedAgain = true;
    return running;
  }

  return {
    deliver,
    job: { name: 'send mails', everyMs: EVERY_MS, run: deliver },
    close() {
      closing.abort();
      port.close();
    },
  };
}

/** Name of a mail in logs. One asked for by address has an id made of that, which a reader could guess: each try gets a random name. */
function nameOf({ id, userId }: Mail): string {
  return userId === null ? randomUUID() : id;
}

async function deliverOne({ commands, port, texts, faults, counted }: DeliveryDeps, due: Mail): Promise<MailResult | undefined> {
  const secret = newLinkSecret();
  const prepared = await commands.submit(prepareMail, { mail: due, secretHash: linkSecretHash(secret) });
  const id = nameOf(due);
  const about = { mail: id, kind: due.kind };
  if (prepared.kind === 'too-late') {
    faults.failed(new MailError('it was not accepted while it was of use', true), 'a mail was given up', about);
    counted('given_up');
  }
  if (prepared.kind !== 'send') return undefined;
  const { mail, userId } = prepared;
  try {
    await port.send({ id, to: mail.recipient, ...texts(mail.kind, linkTokenText({ userId, secret })) });
  } catch (error) {
    const isFinal = error instanceof MailError && error.isFinal;
    faults.failed(error, isFinal ? 'a mail was given up: its recipient was refused' : 'a mail was not accepted, and will be sent again', about);
    counted(isFinal ? 'given_up' : 'failed');
    await (isFinal ? commands.submit(removeMail, { mail, userId }) : commands.submit(delayMail, { mail }));
    return isFinal ? 'given_up' : 'failed';
  }
  faults.worked();
  counted('sent');
  await commands.submit(removeMail, { mail, userId });
  return 'sent';
}

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
export const prepareMail: UserUseCase<PrepareRequest, Prepared> = {
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

interface MailTry {
  /** as it was tried; `userId`: its owner */
  readonly mail: Mail;
  readonly userId: string;
}

/** Removes a mail that was accepted, or never will be. */
export const removeMail: UserUseCase<MailTry, void> = {
  name: 'remove mail',
  keys: ({ mail, userId }) => ({ mails: [mail.id], accountLinks: [userId] }),
  decide({ mail, userId }, world) {
    const links = world.get('accountLinks', userId);
    const isListed = links?.mails.includes(mail.id) === true;
    return {
      answer: undefined,
      ...(isListed && { puts: { accountLinks: [withoutMail(links, mail.id)] } }),
      removes: { mails: [mail.id] },
    };
  },
};

/** Delays a mail that was not accepted until its next try. */
const delayMail: UserUseCase<Pick<MailTry, 'mail'>, void> = {
  name: 'delay mail',
  keys: ({ mail }) => ({ mails: [mail.id] }),
  decide({ mail }, world, { now }) {
    const found = world.get('mails', mail.id);
    // The account may have been deleted in the meantime, and its mails with it.
    return found === undefined ? { answer: undefined } : { answer: undefined, puts: { mails: [afterFailure(found, now)] } };
  },
};

const RESULTS: readonly MailResult[] = ['sent', 'failed', 'given_up'];

/** Registers the number of waiting mails, for an alert, and counts tries by their result. */
export function mailMeter(metrics: Pick<Metrics, 'gauge' | 'counter'>, reads: Pick<UserReads, 'waitingMails'>): (result: MailResult) => void {
  metrics.gauge('souk_mails_waiting', 'Mails that were decided on and not sent yet', () => reads.waitingMails());
  const tries = metrics.counter('souk_mail_tries_total', 'Tries to send a mail, by what became of them', ['result']);
  for (const result of RESULTS) tries.inc({ result }, 0);
  return (result) => tries.inc({ result });
}
