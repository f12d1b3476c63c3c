import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificates.ts';

export interface TlsFront extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number;
}

/** Ends TLS in front of a server that has none, with this certificate. */
export async function tlsFront(to: { readonly host: string; readonly port: number }, { certificate, key }: Certificate): Promise<TlsFront> {
  const listener = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (client) => {
    const server = connect(to);
    for (const [one, other] of [[client, server], [server, client]] as const) {
      one.on('data', (bytes) => other.write(bytes));
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  // A client that hangs up because of the certificate.
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the front listens on no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => void listener.close(),
  };
}
