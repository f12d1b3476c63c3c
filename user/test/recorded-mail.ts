import { until } from '@souk/chassis/testing/until';
import { MailError, type MailPort, type OutgoingMail } from '../src/mail/mail-port.ts';

export interface RecordedMail extends MailPort {
  readonly taken: readonly OutgoingMail[];
  /** Every try, taken or not. */
  readonly tried: readonly OutgoingMail[];
  /** Why it takes none; undefined: it does. */
  refusing: MailError | undefined;
  /** An address whose server takes none for now. */
  puttingOff: string | undefined;
  /** The newest mail to that address once there are so many. */
  mailTo(address: string, count?: number): Promise<OutgoingMail>;
  to(address: string): readonly OutgoingMail[];
}

/** Takes mails and keeps them, but for those that a test is not about. */
export function recordedMail({ leavingOut }: { readonly leavingOut?: string } = {}): RecordedMail {
  const taken: OutgoingMail[] = [];
  const tried: OutgoingMail[] = [];
  const to = (address: string) => taken.filter((mail) => mail.to === address);
  const port: RecordedMail = {
    taken,
    tried,
    refusing: undefined,
    puttingOff: undefined,
    async send(mail) {
      if (mail.subject === leavingOut) return;
      tried.push(mail);
      if (port.refusing !== undefined) throw port.refusing;
      if (mail.to === port.puttingOff) throw AWAY;
      taken.push(mail);
    },
    to,
    mailTo: (address, count = 1) => until(`${count} mails to ${address}`, () => (to(address).length >= count ? to(address).at(-1) : undefined)),
    close: () => undefined,
  };
  return port;
}

export const AWAY = new MailError('ECONNECTION', false);

/** The subject of what everybody who registers is sent. */
export const WELCOME = 'Souk: is this your e-mail address?';

/** As it stands in a link or a command. */
export function tokenIn({ text }: OutgoingMail): string {
  const [token] = /[0-9a-f-]{36}\.[\w-]{43}/.exec(text) ?? [];
  if (token === undefined) throw new Error(`no token in: ${text}`);
  return token;
}
