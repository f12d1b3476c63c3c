import { randomUUID } from 'node:crypto';
import type { Job } from '@souk/chassis/engine/jobs';
import type { Engine } from '@souk/chassis/engine/engine';
import type { FaultSource } from '@souk/chassis/telemetry/repeated-faults';
import type { Mail } from '../domain/mail-and-links.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { linkSecretHash, linkTokenText, newLinkSecret } from '../tokens/link-token.ts';
import { delayMail, removeMail } from '../usecases/end-mail.ts';
import { prepareMail } from '../usecases/prepare-mail.ts';
import { MailError, type MailPort } from './mail-port.ts';
import type { MailTask } from './mail-task.ts';
import type { MailTexts } from './mail-texts.ts';

/** Mails in progress at the same time: as many as wait for a connection, not more than a server likes. */
const AT_ONCE = 4;
/** Interval for mails that another process has left, and those that have to wait; all others are sent as soon as they are decided. */
const EVERY_MS = 5000;

export type MailResult = 'sent' | 'failed' | 'given_up';

interface DeliveryDeps {
  readonly commands: Pick<Engine<UserCollections, MailTask>, 'submit'>;
  readonly reads: Pick<UserReads, 'dueMails'>;
  readonly port: MailPort;
  readonly texts: MailTexts;
  readonly faults: FaultSource;
  counted(result: MailResult): void;
}

export interface MailDelivery {
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
    faults.failed(new MailError('it was not taken for as long as it was of use', true), 'a mail was given up', about);
    counted('given_up');
  }
  if (prepared.kind !== 'send') return undefined;
  const { mail, userId } = prepared;
  try {
    await port.send({ id, to: mail.recipient, ...texts(mail.kind, linkTokenText({ userId, secret })) });
  } catch (error) {
    const isFinal = error instanceof MailError && error.isFinal;
    faults.failed(error, isFinal ? 'a mail was given up: its recipient was refused' : 'a mail was not taken; it is sent again', about);
    counted(isFinal ? 'given_up' : 'failed');
    await (isFinal ? commands.submit(removeMail, { mail, userId }) : commands.submit(delayMail, { mail }));
    return isFinal ? 'given_up' : 'failed';
  }
  faults.worked();
  counted('sent');
  await commands.submit(removeMail, { mail, userId });
  return 'sent';
}
