import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  choice,
  ConfigError,
  type ConfigFault,
  type ConfigOf,
  type Environment,
  optional,
  readConfig,
  secret,
  text,
  url,
  withDefault,
} from '@souk/chassis/service/config';
import { isEmailAddress } from '@souk/contracts/email';
import type { MailPort } from './mail-port.ts';
import { smtpMail, type SmtpSettings } from './smtp-mail.ts';

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
    return mailFiles({ folder, from: mail.mailFrom ?? NOBODY, written: (file) => logger.info({ file }, 'a mail was written as a file: no server is configured') });
  }
  logger.warn('SMTP_URL is not set: no mail is sent, so nobody can reset a password');
  return undefined;
}

/** Newest files, which are kept: a shop on a laptop may be tried out for months. */
const FILES_KEPT = 500;

interface MailFiles {
  readonly folder: string;
  /** The mail's sender, as in the header. */
  readonly from: string;
  /** Called with the file's full path, to log it. */
  written(file: string): void;
}

/** Writes mails as files (RFC 5322) that only the owner of the shop can read, for a shop without a mail server. */
export function mailFiles({ folder, from, written }: MailFiles): MailPort {
  return {
    async send({ id, to, subject, text: content }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      const date = new Date();
      const name = `${date.toISOString().replaceAll(':', '-')}-${id.replaceAll(/[^\w-]/g, '-')}.eml`;
      const file = resolve(folder, name);
      const headers = [
        `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
        `From: ${from}`,
        `To: ${to}`,
        `Subject: ${subject}`,
        'Auto-Submitted: auto-generated',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
      ];
      // A file appears whole or not at all: somebody may be watching the folder.
      await writeFile(`${file}.part`, `${headers.join('\n')}\n\n${content}`, { mode: 0o600 });
      await rename(`${file}.part`, file);
      written(file);
      await removeOldest(folder);
    },
    close: () => undefined,
  };
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).toSorted();
  for (const name of names.slice(0, -FILES_KEPT)) await rm(join(folder, name), { force: true });
}

export const MAIL_VARIABLES = {
  shopName: withDefault(text('SHOP_NAME', 'name of the shop in mails'), 'Souk'),
  shopUrl: optional(url('SHOP_URL', "the shop's pages, which links in mails lead to: `/reset-password#token=…`")),
  smtpUrl: optional(secret(url('SMTP_URL', 'server that takes mails, `smtp://user:password@host:587` or `smtps://`; none: nobody is sent any', ['smtp', 'smtps']))),
  smtpTls: withDefault(choice('SMTP_TLS', 'an `smtp://` server must offer STARTTLS; `off` is for one on this machine', ['required', 'off']), 'required'),
  mailFrom: optional(text('MAIL_FROM', 'sender of mails, `Souk <no-reply@shop.example>` or the address alone')),
};

export interface MailConfig extends Pick<ConfigOf<typeof MAIL_VARIABLES>, 'shopName' | 'shopUrl' | 'mailFrom'> {
  /** undefined: there is no server */
  readonly smtp: SmtpSettings | undefined;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** No comma, and no angle brackets except one pair: there is a single sender. */
const SENDER = /^(?:[^<>,;:"\\@\p{Cc}]{1,100}<(?<address>[^<>]+)>|(?<alone>[^<>]+))$/u;
const CONTROL = /\p{Cc}/u;

/** Reads the settings of mails. Throws ConfigError when they are wrong, or only half of them are there. */
export function readMailConfig(env: Environment): MailConfig {
  const { smtpUrl, smtpTls, ...said } = readConfig(env, MAIL_VARIABLES);
  const faults: ConfigFault[] = [];
  if (CONTROL.test(said.shopName)) faults.push({ name: 'SHOP_NAME', reason: 'must be one line of text' });
  if (said.mailFrom !== undefined && !isSender(said.mailFrom)) {
    faults.push({ name: 'MAIL_FROM', reason: 'must be an e-mail address, or a name with one in angle brackets' });
  }
  if (smtpUrl !== undefined) {
    if (said.mailFrom === undefined) faults.push({ name: 'MAIL_FROM', reason: 'is not set, beside SMTP_URL' });
    if (said.shopUrl === undefined) faults.push({ name: 'SHOP_URL', reason: 'is not set, beside SMTP_URL: links in mails lead there' });
    if (smtpTls === 'off' && !LOOPBACK.test(new URL(smtpUrl).hostname)) {
      faults.push({ name: 'SMTP_TLS', reason: 'must be required: the server of SMTP_URL is not on this machine' });
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  const smtp = smtpUrl === undefined || said.mailFrom === undefined ? undefined : { url: smtpUrl, from: said.mailFrom, tls: smtpTls };
  return { ...said, smtp };
}

function isSender(given: string): boolean {
  const { address, alone } = SENDER.exec(given)?.groups ?? {};
  return isEmailAddress(address ?? alone ?? '');
}
