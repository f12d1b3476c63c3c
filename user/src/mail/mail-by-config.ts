import { mailFiles } from './mail-files.ts';
import type { MailConfig } from './mail-config.ts';
import type { MailPort } from './mail-port.ts';
import { smtpMail } from './smtp-mail.ts';

interface Given {
  readonly config: { readonly mail: MailConfig };
  readonly logger: { info(fields: object, message: string): void; warn(message: string): void };
  /** Folder for mails as files, when no server is configured. */
  readonly folder?: string;
}

const NOBODY = 'Souk <no-reply@souk.example>';

/** The port that takes the mails of a service: the configured server, else the folder; undefined: there is neither. */
export function mailByConfig({ config: { mail }, logger, folder }: Given): MailPort | undefined {
  if (mail.smtp !== undefined) return smtpMail(mail.smtp);
  if (folder !== undefined) {
    return mailFiles({ folder, from: mail.mailFrom ?? NOBODY, written: (file) => logger.info({ file }, 'a mail, as a file: no server is configured') });
  }
  logger.warn('SMTP_URL is not set: nobody is sent mail, so nobody can reset a password');
  return undefined;
}
