import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SMTPServer } from 'smtp-server';

interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly isEncrypted: boolean;
  readonly user: unknown;
}

type ServerOptions = NonNullable<ConstructorParameters<typeof SMTPServer>[0]>;

export interface StandIn extends AsyncDisposable {
  readonly port: number;
  readonly taken: readonly TakenMail[];
  /** Its certificate in PEM, which is its own authority. */
  readonly ca: string;
}

export function refusal(responseCode: number): Error {
  return Object.assign(new Error(`no: ${responseCode}`), { responseCode });
}

/** A real SMTP server on this machine that does what it is told. */
export async function smtpServer(options: ServerOptions = {}): Promise<StandIn> {
  const { cert, key } = await certificate();
  const taken: TakenMail[] = [];
  const server = new SMTPServer({
    cert,
    key,
    authOptional: true,
    closeTimeout: 100,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
          isEncrypted: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...options,
  });
  // A client that goes in the middle is no fault of the test.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    taken,
    ca: cert,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

let made: Promise<{ readonly cert: string; readonly key: string }> | undefined;

function certificate(): Promise<{ readonly cert: string; readonly key: string }> {
  return (made ??= makeCertificate());
}

async function makeCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
  using folder = temporaryFolder();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=a mail server of this test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const run = Bun.spawn(['openssl', 'req', '-x509', ...curve, '-keyout', key, '-out', cert, ...names], { stderr: 'pipe' });
  if ((await run.exited) !== 0) throw new Error(`openssl: ${await new Response(run.stderr).text()}`);
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}
