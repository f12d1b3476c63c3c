import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import type { ServiceName } from '@souk/contracts/services';
import { rootAddresses } from '../../src/shop/real/real-shop.ts';
import type { Server } from '../../src/tools/servers/server.ts';
import { type Servers, startServers } from '../../src/tools/servers/start-servers.ts';
import { completing } from './support/completions.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';

/** orders per second */
const RATE = 10;
/** 10 s are the limit of reads and changes; the rest is for a machine that is busy. */
const LIMIT_MS = 11_000;
/** Milliseconds between two rounds of requests; the last begins before a client would have given up the first. */
const BETWEEN_ROUNDS_MS = 1500;
const ROUNDS = 6;

interface Answer {
  readonly asked: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
}

type Request = readonly [service: ServiceName, method: string, path: string, body?: object];

/** What needs the server: a read of each service that has its data there, and a change. */
const NEED_MYSQL: readonly Request[] = [
  ['order', 'GET', '/orders?limit=1'],
  ['inventory', 'GET', '/stock/BENCH-0'],
  ['payment', 'GET', '/payment-methods'],
];
const NEED_MONGODB: readonly Request[] = [
  ['product', 'GET', '/products?limit=1'],
  ['user', 'GET', '/users/me'],
  ['user', 'POST', '/sessions', { email: 'nobody@example.com', password: 'not the password' }],
];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a server that is frozen in the middle of load', () => {
    let servers: Servers;
    let shop: FaultShop;
    const loads: SteadyLoad[] = [];

    beforeAll(async () => {
      servers = await startServers({ report: (line) => void process.stderr.write(`${line}\n`) });
      shop = await openFaultShop({ servers: rootAddresses(servers) });
    }, 720_000);
    afterAll(async () => {
      await Promise.all([servers?.mysql.resume(), servers?.mongodb.resume()]);
      await shop?.[Symbol.asyncDispose]();
      await servers?.stop();
    }, 90_000);

    async function ask([service, method, path, body]: Request): Promise<Answer> {
      const begun = performance.now();
      const response = await fetch(`${shop.services[service].url}${path}`, {
        method,
        signal: AbortSignal.timeout(30_000),
        headers: { authorization: `Bearer ${shop.staff}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      await response.text();
      return { asked: `${method} ${service}`, status: response.status, retryAfter: response.headers.get('retry-after'), ms: performance.now() - begun };
    }

    /** Rounds of requests, each begun however long those before it take. */
    async function rounds(requests: readonly Request[]): Promise<readonly Answer[]> {
      const answers: Promise<Answer>[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        answers.push(...requests.map(ask));
        await Bun.sleep(BETWEEN_ROUNDS_MS);
      }
      return Promise.all(answers);
    }

    async function frozen(server: Server, requests: readonly Request[]): Promise<SteadyLoad> {
      await using load = steadyLoad(shop.load, RATE);
      await completing(shop.records, RATE);
      await server.pause();
      const answers = await rounds(requests);
      await server.resume();
      expect(answers.filter(({ ms }) => ms > LIMIT_MS)).toEqual([]);
      expect(answers.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) > 0))).toEqual([]);
      for (const request of requests) await until(`${request[1]} ${request[2]} is served`, async () => (await ask(request)).status !== 503);
      await completing(shop.records, RATE);
      await expectEveryPromiseKept(shop.records, load, loads);
      loads.push(load);
      expect(load.placements.filter(({ ms }) => ms > LIMIT_MS)).toEqual([]);
      return load;
    }

    test('MySQL: reads and changes are refused within 10 s, and nothing is lost or doubled', async () => {
      const { placements } = await frozen(servers.mysql, NEED_MYSQL);
      const others = placements.filter(({ status, retryAfter }) => status !== 202 && !(status === 503 && Number(retryAfter) > 0));
      expect(others).toEqual([]);
      expect(placements.filter(({ status }) => status === 503).length).toBeGreaterThan(0);
    }, 180_000);

    test('MongoDB: the same, and orders are accepted all the time', async () => {
      const { placements } = await frozen(servers.mongodb, NEED_MONGODB);
      expect(placements.filter(({ status }) => status !== 202)).toEqual([]);
    }, 180_000);
  });
});
