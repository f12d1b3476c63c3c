import { withTimeout } from '@souk/chassis/timeouts';
import type { Transporter } from 'nodemailer';
import { madeOnce } from '../made-once.ts';
import { MailError, type MailPort } from './mail-port.ts';

export interface SmtpSettings {
  /** smtp://user:password@host:port, or smtps:// */
  readonly url: string;
  /** `Souk <no-reply@shop.example>` */
  readonly from: string;
  /** `off`: only for a server on this machine */
  readonly tls: 'required' | 'off';
}

/** Time-outs: a reachable server answers each of these within a second. */
const CONNECT_MS = 10_000;
const GREETING_MS = 10_000;
/** The longest silence of a server: some check for spam before they accept a mail. */
const SILENCE_MS = 30_000;
/** Time limit of one mail as a whole, however a server uses the limits above. */
const LIMIT_MS = 60_000;
/** Few, because mails are few, and servers limit connections. */
const CONNECTIONS = 2;
const MAILS_OF_A_CONNECTION = 100;
/** RFC 5321, 4.2.3: the mailbox does not exist, is not on this server, or its name is invalid. */
const NO_SUCH_MAILBOX: ReadonlySet<number> = new Set([550, 551, 553]);

/** For tests: shorter time-outs, and a certificate authority of their own. */
type Limits = Partial<Record<'connectMs' | 'greetingMs' | 'silenceMs' | 'limitMs', number>> & { readonly ca?: string };

/** Hands mails to an SMTP server over a few connections that stay open for a while. */
export function smtpMail(settings: SmtpSettings, limits: Limits = {}): MailPort {
  let opened: Transporter | undefined;
  const transport = madeOnce(async () => (opened = await open(settings, limits)));
  return {
    async send({ to, subject, text }) {
      const sending = (await transport()).sendMail({
        from: settings.from,
        // As an object, so that an address is never parsed as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const limitMs = limits.limitMs ?? LIMIT_MS;
      try {
        await withTimeout(limitMs, sending, () => new MailError(`no answer within ${limitMs} ms`, false));
      } catch (error) {
        throw error instanceof MailError ? error : mailError(error);
      }
    },
    close: () => opened?.close(),
  };
}

/** Loads the library with the first mail, so that a start does not wait for it. */
async function open({ url, tls }: SmtpSettings, limits: Limits): Promise<Transporter> {
  const { hostname, port, protocol, username, password } = new URL(url);
  const isTls = protocol === 'smtps:';
  const { createTransport } = await import('nodemailer');
  return createTransport({
    pool: true,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isTls ? 465 : 587) : Number(port),
    secure: isTls,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'off',
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: limits.connectMs ?? CONNECT_MS,
    greetingTimeout: limits.greetingMs ?? GREETING_MS,
    dnsTimeout: limits.connectMs ?? CONNECT_MS,
    socketTimeout: limits.silenceMs ?? SILENCE_MS,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_OF_A_CONNECTION,
    tls: { minVersion: 'TLSv1.2', ...(limits.ca !== undefined && { ca: limits.ca }) },
  });
}

function mailError(error: unknown): MailError {
  const { code, responseCode, command } = Object(error) as { readonly code?: unknown; readonly responseCode?: unknown; readonly command?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : undefined;
  const why = [code, status, command].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ');
  return new MailError(why || 'no reason was given', code === 'EENVELOPE' && status !== undefined && NO_SUCH_MAILBOX.has(status));
}

