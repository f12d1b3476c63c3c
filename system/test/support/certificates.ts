import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Certificate {
  /** Files in PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** File in PEM: what signs the others, and nobody else trusts. */
  readonly certificate: string;
  /** Signs a certificate for `DNS:…` or `IP:…`. */
  certify(name: string): Promise<Certificate>;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/** An authority of its own in this folder, made with the machine's `openssl`. */
export async function newAuthority(folder: string): Promise<Authority> {
  const ca = filesOf(folder, 'authority');
  await openssl('req', '-x509', ...KEY, '-keyout', ca.key, '-out', ca.certificate, '-subj', '/CN=an authority of this test');
  let certified = 0;
  return {
    certificate: ca.certificate,
    async certify(name) {
      certified += 1;
      const made = filesOf(folder, `server-${certified}`);
      const [request, names] = [`${made.certificate}.request`, `${made.certificate}.names`];
      await writeFile(names, `subjectAltName=${name}\n`);
      await openssl('req', ...KEY, '-keyout', made.key, '-out', request, '-subj', '/CN=a server of this test');
      const by = ['-CA', ca.certificate, '-CAkey', ca.key, '-CAcreateserial'];
      await openssl('x509', '-req', '-in', request, ...by, '-days', '2', '-extfile', names, '-out', made.certificate);
      return made;
    },
  };
}

function filesOf(folder: string, name: string): Certificate {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

async function openssl(...parameters: readonly string[]): Promise<void> {
  const made = Bun.spawn(['openssl', ...parameters], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
  if ((await made.exited) !== 0) throw new Error(`openssl ${parameters[0]}: ${await new Response(made.stderr).text()}`);
}
