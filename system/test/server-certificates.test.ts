import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { addressOf, describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { createConnection } from 'mysql2/promise';
import { nativeMysql } from '../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../src/tools/servers/native/native-server.ts';
import type { Server } from '../src/tools/servers/server.ts';
import { type Authority, type Certificate, newAuthority } from './support/certificates.ts';
import type { Way } from './support/connecting-process.ts';
import { tlsFront } from './support/tls-front.ts';

const NAMES = ['DNS:localhost', 'IP:127.0.0.1', 'DNS:other.example'] as const;
type Name = (typeof NAMES)[number];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  const folder = temporaryFolder();
  let authority: Authority;
  const certificates = new Map<Name, Certificate>();
  const certificateFor = (name: Name) => certificates.get(name) as Certificate;

  beforeAll(async () => {
    authority = await newAuthority(folder.path);
    for (const name of NAMES) certificates.set(name, await authority.certify(name));
  }, 60_000);
  afterAll(() => folder.remove());

  /** What a process says that trusts the authority and connects. */
  async function connecting(way: Way, address: string): Promise<string> {
    const command = [process.execPath, join(import.meta.dir, 'support/connecting-process.ts'), way, address];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority.certificate };
    const child = Bun.spawn(command, { env, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
    return new Response(child.stdout).text();
  }

  describe('MySQL by TLS', () => {
    let server: Server;
    beforeAll(async () => {
      server = await startNativeServer(nativeMysql(), (line) => void process.stderr.write(`${line}\n`));
    }, 720_000);
    afterAll(() => server?.stop());

    async function shows(name: Name): Promise<void> {
      const connection = await createConnection({ uri: server.address, connectTimeout: 10_000 });
      const { certificate, key } = certificateFor(name);
      await connection.query('set global ssl_ca = ?, ssl_cert = ?, ssl_key = ?', [authority.certificate, certificate, key]);
      await connection.query('alter instance reload tls');
      await connection.end();
    }
    const addressBy = (host: string, query: string) => {
      const url = new URL(server.address);
      url.hostname = host;
      url.pathname = '/mysql';
      url.search = query;
      return url.href;
    };
    const VERIFIED = `ssl=${encodeURIComponent('{}')}`;

    test.each(['service', 'migration', 'hold', 'verify', 'server'] as const)('%s refuses a certificate for another name', async (way) => {
      await shows('DNS:other.example');
      expect(await connecting(way, addressBy('localhost', VERIFIED))).toContain('does not match certificate');
    }, 60_000);

    test('takes a certificate for its name, or for its address', async () => {
      await shows('DNS:localhost');
      expect(await connecting('service', addressBy('localhost', VERIFIED))).toBe('connected');
      expect(await connecting('service', addressBy('localhost', 'ssl=true'))).toBe('connected');
      expect(await connecting('service', addressBy('127.0.0.1', VERIFIED))).toContain('does not match certificate');
      await shows('IP:127.0.0.1');
      expect(await connecting('service', addressBy('127.0.0.1', VERIFIED))).toBe('connected');
      expect(await connecting('service', addressBy('localhost', VERIFIED))).toContain('does not match certificate');
    }, 60_000);

    test('whoever does not want the name, or anything, verified has to say so', async () => {
      await shows('DNS:other.example');
      const nameless = encodeURIComponent(JSON.stringify({ verifyIdentity: false }));
      const blind = encodeURIComponent(JSON.stringify({ rejectUnauthorized: false }));
      expect(await connecting('service', addressBy('localhost', `ssl=${nameless}`))).toBe('connected');
      expect(await connecting('service', addressBy('localhost', `ssl=${blind}`))).toBe('connected');
    }, 60_000);

    test('a certificate of an authority that nobody trusts is refused, whatever its name', async () => {
      await shows('DNS:localhost');
      const untrusting = encodeURIComponent(JSON.stringify({ ca: await Bun.file(certificateFor('IP:127.0.0.1').certificate).text() }));
      expect(await connecting('service', addressBy('localhost', `ssl=${untrusting}`))).toContain('certificate');
    }, 60_000);
  });

  describe.each(['mongodb', 'kafka'] as const)('%s by TLS', (way) => {
    const server = () => (way === 'kafka' ? new URL(`kafka://${addressOf('Kafka').split(',')[0]}`) : new URL(addressOf('MongoDB')));
    async function saidTo(host: string, name: Name): Promise<string> {
      const { hostname, port } = server();
      await using front = await tlsFront({ host: hostname, port: Number(port) }, certificateFor(name));
      if (way === 'kafka') return await connecting(way, `${host}:${front.port}`);
      const { username, password } = server();
      return await connecting(way, `mongodb://${username}:${password}@${host}:${front.port}/test?authSource=admin&directConnection=true&tls=true`);
    }

    test('refuses a certificate for another name', async () => {
      expect(await saidTo('localhost', 'DNS:other.example')).toContain('does not match certificate');
      expect(await saidTo('127.0.0.1', 'DNS:localhost')).toContain('does not match certificate');
    }, 60_000);

    test('takes a certificate for its name, or for its address', async () => {
      expect(await saidTo('localhost', 'DNS:localhost')).toBe('connected');
      expect(await saidTo('127.0.0.1', 'IP:127.0.0.1')).toBe('connected');
    }, 60_000);
  });
});
