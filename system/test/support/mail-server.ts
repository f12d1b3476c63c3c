import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Environment } from '@souk/chassis/service/config';
import { until } from '@souk/chassis/testing/until';
import { SMTPServer } from 'smtp-server';

export interface MailServer extends AsyncDisposable {
  /** Settings by which a shop sends its mails here. */
  readonly env: Environment;
  /** The text of the newest of so many mails to that address, as a person reads it. */
  mailTo(address: string, count?: number): Promise<string>;
  mailsTo(address: string): readonly string[];
}

/** An SMTP server on this machine that takes every mail. */
export async function mailServer(): Promise<MailServer> {
  const taken: { readonly to: string; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    closeTimeout: 100,
    onData(stream, { envelope: { rcptTo } }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = readable(Buffer.concat(chunks).toString());
        for (const { address } of rcptTo) taken.push({ to: address, text });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const mailsTo = (address: string) => taken.filter(({ to }) => to === address).map(({ text }) => text);
  return {
    env: {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      SMTP_TLS: 'off',
      MAIL_FROM: 'Souk <no-reply@souk.example>',
      SHOP_URL: 'https://shop.example',
    },
    mailsTo,
    mailTo: (address, count = 1) => until(`${count} mails to ${address}`, () => (mailsTo(address).length >= count ? mailsTo(address).at(-1) : undefined), 30_000),
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** As it stands behind `#token=` of a link. */
export function tokenIn(mail: string): string {
  const [, token] = /#token=(\S+)/.exec(mail) ?? [];
  if (token === undefined) throw new Error(`no link in: ${mail}`);
  return token;
}

/** Without what quoted-printable does to long lines (RFC 2045, 6.7). */
function readable(source: string): string {
  if (!/^Content-Transfer-Encoding: quoted-printable\r$/im.test(source)) return source;
  return source.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
