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
import { mailFiles } from './mail-files.ts';
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
    return mailFiles({ folder, from: mail.mailFrom ?? NOBODY, written: (file) => logger.info({ file }, 'a mail, as a file: no server is configured') });
  }
  logger.warn('SMTP_URL is not set: nobody is sent mail, so nobody can reset a password');
  return undefined;
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
