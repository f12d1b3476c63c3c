import { mailFiles } from './mail-files.ts';
import type { MailConfig } from './mail-config.ts';
import type { MailPort } from './mail-port.ts';
import { smtpMail } from './smtp-mail.ts';

interface Given {
  readonly config: { readonly mail: MailConfig };
  readonly logger: { info(fields: object, message: string): void; warn(message: string): void };
  /** For mails as files, where no server is configured. */
  readonly folder?: string;
}

const NOBODY = 'Souk <no-reply@souk.example>';

/** Whoever takes the mails of a service: the server of its settings, else the folder; undefined: nobody does. */
export function mailByConfig({ config: { mail }, logger, folder }: Given): MailPort | undefined {
  if (mail.smtp !== undefined) return smtpMail(mail.smtp);
  if (folder !== undefined) {
    return mailFiles({ folder, from: mail.mailFrom ?? NOBODY, written: (file) => logger.info({ file }, 'a mail, as a file: no server is configured') });
  }
  logger.warn('SMTP_URL is not set: nobody is sent mail, so nobody can reset a password');
  return undefined;
}
