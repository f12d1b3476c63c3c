import { kafkaProxy } from '@souk/chassis/testing/kafka-proxy';
import { mongoProxy } from '@souk/chassis/testing/mongo-proxy';
import { type ProxyMode, type TcpProxy, tcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { until } from '@souk/chassis/testing/until';
import type { ServiceName } from '@souk/contracts/services';
import { ENGINE } from '../../../src/shop/real/shop-databases.ts';
import { serviceCommand } from '../../../src/shop/real/service-process.ts';
import { freePort } from '../../../src/tools/servers/free-port.ts';
import { askReady } from '../../../src/shop/ask-ready.ts';
import type { RealShopAddresses } from '../../../src/shop/real/addresses.ts';

/** A service's program behind networks that can be broken, and what it says. */
export interface ProxiedService extends AsyncDisposable {
  readonly name: ServiceName;
  readonly url: string;
  readonly database: TcpProxy;
  readonly log: TcpProxy;
  /** Both at once. */
  set(mode: ProxyMode): void;
  run(...flags: readonly string[]): void;
  /** All it has said on standard error since it was run. */
  said(): string;
  /** Until it has said it, and throws when it has ended instead. */
  says(text: string, limitMs?: number): Promise<void>;
  ready(limitMs?: number): Promise<void>;
  /** SIGTERM; its exit code, and after how many milliseconds. */
  end(): Promise<{ readonly code: number; readonly ms: number }>;
  /** When it ends by itself. */
  ended(): Promise<number>;
}

const SAID_LIMIT_MS = 60_000;
/** Far above what is promised, so that it is told by the test and not by a time-out. */
const END_LIMIT_MS = 60_000;

export async function proxiedService(name: ServiceName, { databases, kafka, gateway }: RealShopAddresses): Promise<ProxiedService> {
  const { database, url: databaseUrl } = await databaseBehindProxy(name, databases[name]);
  const log = await kafkaProxy(kafka.brokers[0] ?? '');
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: `${log.host}:${log.port}`,
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    PAYMENT_GATEWAY: 'simulator',
    SIMULATOR_PATH: gateway,
    USER_JWKS_URL: 'http://127.0.0.1:1/',
    PRODUCT_URL: 'http://127.0.0.1:1/',
    HOST: '127.0.0.1',
    PORT: String(port),
    INSTANCE: `${name}-1`,
    LOG_LEVEL: 'info',
  };
  let child: Bun.Subprocess<'ignore', 'ignore', 'pipe'> | undefined;
  let said = '';
  const running = () => {
    if (child === undefined) throw new Error(`${name} was not run`);
    return child;
  };

  async function listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) said += decoder.decode(chunk, { stream: true });
  }

  return {
    name,
    url,
    database,
    log,
    set(mode) {
      database.set(mode);
      log.set(mode);
    },
    run(...flags) {
      said = '';
      child = Bun.spawn([...serviceCommand(name, 'source'), ...flags], { env, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
      void listen(child.stderr);
    },
    said: () => said,
    async says(text, limitMs = SAID_LIMIT_MS) {
      await until(`${name} says ${text}`, () => said.includes(text) || running().exitCode !== null, limitMs);
      if (!said.includes(text)) throw new Error(`${name} has ended with ${running().exitCode}: ${said}`);
    },
    async ready(limitMs = SAID_LIMIT_MS) {
      await until(`${name} is ready`, async () => running().exitCode !== null || (await askReady(url)) === null, limitMs);
      if (running().exitCode !== null) throw new Error(`${name} has ended with ${running().exitCode}: ${said}`);
    },
    async end() {
      const startedAt = performance.now();
      running().kill('SIGTERM');
      const limit = setTimeout(() => running().kill('SIGKILL'), END_LIMIT_MS);
      const code = await running().exited;
      clearTimeout(limit);
      return { code, ms: Math.round(performance.now() - startedAt) };
    },
    ended: () => running().exited,
    async [Symbol.asyncDispose]() {
      child?.kill('SIGKILL');
      await child?.exited;
      await Promise.all([database.close(), log.close()]);
    },
  };
}

async function databaseBehindProxy(name: ServiceName, url: string): Promise<{ readonly database: TcpProxy; readonly url: string }> {
  if (ENGINE[name] === 'mongodb') {
    const database = await mongoProxy(url);
    return { database, url: database.url };
  }
  const through = new URL(url);
  const database = await tcpProxy({ host: through.hostname, port: Number(through.port) });
  through.host = `${database.host}:${database.port}`;
  return { database, url: through.href };
}
