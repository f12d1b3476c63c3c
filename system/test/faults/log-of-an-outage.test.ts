import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaProxy, mongoProxy, type TcpProxy, tcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { addressOf, describeOn } from '@souk/chassis/testing/real-servers';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { serviceCommand, shopEnvironment } from '../../src/shop/real/service-process.ts';
import { freePort } from '../../src/tools/servers/free-port.ts';
import { askReady } from '../../src/shop/ask.ts';
import { realGround, type RealGround } from '../support/real-ground.ts';
import type { ServiceUrls } from '../../src/shop/shop-client.ts';
import { metricOf } from './support/metric.ts';

const AWAY_MS = 40_000;
/** For a machine that is busy. */
const LIMIT_MS = 60_000;

interface Line {
  readonly level: string;
  readonly msg: string;
}

interface Child {
  readonly url: string;
  lines(): readonly Line[];
  bytes(): number;
}

/**
 * A server goes away for 40 s, and nobody orders. An operator wants to read once what happened, and once that it is over;
 * somebody asks each second whether the services are ready.
 */
describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('the log of services whose server is away', () => {
    let ground: RealGround;
    let folder: TemporaryFolder;
    const cleanups: (() => Promise<void> | void)[] = [];

    beforeAll(async () => {
      ground = await realGround();
      folder = temporaryFolder();
    }, LIMIT_MS);
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    }, LIMIT_MS);
    afterAll(async () => {
      await ground?.[Symbol.asyncDispose]();
      folder?.remove();
    }, LIMIT_MS);

    /** A service whose log goes to a file, by default one of its own. Resolves when it is ready. */
    async function started(service: ServiceName, env: Readonly<Record<string, string>>, to?: string): Promise<Child> {
      const instance = env['INSTANCE'] ?? `${service}-1`;
      const file = to ?? join(folder.path, `${instance}.log`);
      const descriptor = openSync(file, 'a');
      const port = freePort();
      const url = `http://127.0.0.1:${port}`;
      const urls = Object.fromEntries(SERVICES.map((name) => [name, url])) as ServiceUrls;
      const settings = shopEnvironment(service, instance, { addresses: ground.addresses, urls, admin: ground.admin, logLevel: 'info', env: {} });
      const child = Bun.spawn([...serviceCommand(service, 'source')], {
        env: { ...settings, HOST: '127.0.0.1', PORT: String(port), ...env },
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: descriptor,
      });
      closeSync(descriptor);
      cleanups.push(async () => {
        child.kill('SIGTERM');
        await child.exited;
      });
      await until(`${instance} is ready`, async () => (await askReady(url)) === null, LIMIT_MS);
      const text = (): string => readFileSync(file, 'utf8');
      return { url, lines: () => text().split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line), bytes: () => text().length };
    }

    /** While it is away, each service is asked every second whether it is ready; when it is back, until it is. */
    async function outage(proxy: TcpProxy, children: readonly Pick<Child, 'url'>[]): Promise<void> {
      proxy.set('away');
      for (const end = performance.now() + AWAY_MS; performance.now() < end; ) {
        await Promise.all(children.map(({ url }) => askReady(url)));
        await Bun.sleep(1000);
      }
      proxy.set('forward');
      for (const { url } of children) await until(`${url} is ready again`, async () => (await askReady(url)) === null, LIMIT_MS);
    }

    const throughProxy = (url: string, { host, port }: TcpProxy): string => Object.assign(new URL(url), { host: `${host}:${port}` }).href;

    async function ends(children: Readonly<Record<string, Child>>, before: ReadonlyMap<string, number>): Promise<void> {
      for (const [name, child] of Object.entries(children)) {
        const isOver = async () => (await askReady(child.url), child.lines().some(({ level, msg }) => level === 'info' && msg.startsWith('over: ')));
        await until(`${name} says that it is over`, isOver, LIMIT_MS);
        const [lines, bytes] = [child.lines(), child.bytes()];
        const about = lines.filter(({ msg }) => msg !== 'listening' && msg !== 'request');
        process.stdout.write(`${name}: ${about.length} lines, ${bytes - (before.get(name) ?? 0)} bytes\n`);
        expect({ name, few: about.length <= 20 }).toEqual({ name, few: true });
        expect({ name, few: bytes < 40_000 }).toEqual({ name, few: true });
      }
    }

    const bytesOf = (children: Readonly<Record<string, Child>>) => new Map(Object.entries(children).map(([name, child]) => [name, child.bytes()]));

    test('MySQL: a few lines from each, also from one whose log is on a full disk, which serves when MySQL is back', async () => {
      const proxy = await tcpProxy({ host: new URL(addressOf('MySQL')).hostname, port: Number(new URL(addressOf('MySQL')).port) });
      cleanups.push(() => proxy.close());
      const on = (service: 'inventory' | 'order' | 'payment') => ({ DATABASE_URL: throughProxy(ground.addresses.databases[service], proxy) });
      const full = await started('order', { ...on('order'), INSTANCE: 'order-full' }, '/dev/full');
      const children = {
        inventory: await started('inventory', on('inventory')),
        order: await started('order', on('order')),
        payment: await started('payment', on('payment')),
      };
      const before = bytesOf(children);
      await outage(proxy, [...Object.values(children), full]);
      await ends(children, before);
      expect((await fetch(`${full.url}/livez`)).status).toBe(200);
      expect(await metricOf(full.url, 'souk_log_lines_dropped_total')).toBeGreaterThan(0);
    }, AWAY_MS + 6 * LIMIT_MS);

    test('MongoDB: a few lines from each of the other two', async () => {
      const proxies = { product: await mongoProxy(ground.addresses.databases.product), user: await mongoProxy(ground.addresses.databases.user) };
      for (const proxy of Object.values(proxies)) cleanups.push(() => proxy.close());
      const children = {
        product: await started('product', { DATABASE_URL: proxies.product.url }),
        user: await started('user', { DATABASE_URL: proxies.user.url }),
      };
      const before = bytesOf(children);
      await Promise.all(Object.values(proxies).map((proxy) => outage(proxy, Object.values(children))));
      await ends(children, before);
    }, AWAY_MS + 6 * LIMIT_MS);

    test('the broker: a few lines from each that reads or sends', async () => {
      const proxy = await kafkaProxy(addressOf('Kafka').split(',')[0] ?? '');
      cleanups.push(() => proxy.close());
      const env = { KAFKA_BROKERS: `${proxy.host}:${proxy.port}` };
      const children = { inventory: await started('inventory', env), order: await started('order', env), payment: await started('payment', env) };
      const before = bytesOf(children);
      await outage(proxy, Object.values(children));
      await ends(children, before);
    }, AWAY_MS + 6 * LIMIT_MS);
  });
});
