import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { afterFailure, type Mail, withoutMail } from '../domain/mail-and-links.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface MailTry {
  /** as it was tried; `userId`: its owner */
  readonly mail: Mail;
  readonly userId: string;
}

/** Removes a mail that was accepted, or never will be. */
export const removeMail: UseCase<UserCollections, MailTry, void> = {
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
export const delayMail: UseCase<UserCollections, Pick<MailTry, 'mail'>, void> = {
  name: 'delay mail',
  keys: ({ mail }) => ({ mails: [mail.id] }),
  decide({ mail }, world, { now }) {
    const found = world.get('mails', mail.id);
    // The account may have been deleted in the meantime, and its mails with it.
    return found === undefined ? { answer: undefined } : { answer: undefined, puts: { mails: [afterFailure(found, now)] } };
  },
};
