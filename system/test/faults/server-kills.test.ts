import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { SERVICES } from '@souk/contracts/services';
import { rootAddresses } from '../../src/shop/real/real-shop.ts';
import type { Server } from '../../src/tools/servers/server.ts';
import { type Servers, startServers } from '../../src/tools/servers/start-servers.ts';
import { completing } from './support/completions.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { metricOf } from './support/metric.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type Placement, type SteadyLoad, steadyLoad } from './support/steady-load.ts';

/** orders per second; those that wait for a server that is away stay below the 256 requests a client of Bun has open. */
const RATE = 15;
/** Answers to orders while a server is away, before it is started again. */
const MEANWHILE = 60;
/** 10 s is a command's limit; the rest is for a machine that is busy. */
const ANSWER_LIMIT_MS = 13_000;
const BROKER_AWAY_MS = 30_000;
const DRAIN_LIMIT_MS = 15_000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a server that is killed in the middle of load', () => {
    let servers: Servers;
    let shop: FaultShop;
    const loads: SteadyLoad[] = [];

    beforeAll(async () => {
      servers = await startServers({ report: (line) => void process.stderr.write(`${line}\n`) });
      shop = await openFaultShop({ servers: rootAddresses(servers) });
    }, 720_000);
    afterAll(async () => {
      await shop?.[Symbol.asyncDispose]();
      await servers?.stop();
    }, 90_000);

    /** Load with the server away in its middle; answers how the orders of that time were answered. */
    async function without(server: Server, whileAway: (load: SteadyLoad) => Promise<void>): Promise<readonly Placement[]> {
      await using load = steadyLoad(shop.load, RATE);
      await completing(shop.records, RATE);
      const before = load.placements.length;
      await server.kill();
      await whileAway(load);
      const meanwhile = load.placements.slice(before);
      await server.start();
      const drainedMs = await drained();
      process.stdout.write(`${server.name} is back: all events are sent after ${Math.round(drainedMs)} ms\n`);
      await completing(shop.records, 2 * RATE);
      expect(load.placements.filter(({ ms }) => ms > ANSWER_LIMIT_MS)).toEqual([]);
      expect(load.placements.filter((placement) => !isAccepted(placement) && !isRefusedForNow(placement))).toEqual([]);
      await expectEveryPromiseKept(shop.records, load, loads);
      loads.push(load);
      return meanwhile;
    }

    /** Until each service has had a moment without unsent events; milliseconds. */
    async function drained(): Promise<number> {
      const startAt = performance.now();
      const isEmpty = async (url: string) => (await metricOf(url, 'souk_outbox_backlog')) === 0;
      await Promise.all(SERVICES.map((name) => until(`all events of ${name} are sent`, () => isEmpty(shop.services[name].url), DRAIN_LIMIT_MS)));
      return performance.now() - startAt;
    }

    test('MySQL: orders are refused with 503 and Retry-After within the limit, and accepted again when it is back', async () => {
      const refused = ({ placements }: SteadyLoad) => placements.filter(isRefusedForNow).length;
      const meanwhile = await without(servers.mysql, async (load) => {
        await until('refusals', () => refused(load) >= MEANWHILE, 60_000);
      });
      expect(meanwhile.filter(isRefusedForNow).length).toBeGreaterThanOrEqual(MEANWHILE);
    }, 180_000);

    test('MongoDB: orders are accepted all the time', async () => {
      const meanwhile = await without(servers.mongodb, manyAnswers);
      expect(meanwhile.filter((placement) => !isAccepted(placement))).toEqual([]);
    }, 180_000);

    test('the broker, away for 30 s: orders are accepted, their events wait, and are sent within seconds when it is back', async () => {
      const backlog = () => metricOf(shop.services.order.url, 'souk_outbox_backlog');
      let waiting = 0;
      let accepted = 0;
      const meanwhile = await without(servers.kafka, async (load) => {
        const before = load.accepted.size;
        // Not for anything to happen: being away this long is what is promised to be harmless.
        await Bun.sleep(BROKER_AWAY_MS);
        accepted = load.accepted.size - before;
        waiting = await backlog();
      });
      expect(meanwhile.filter((placement) => !isAccepted(placement))).toEqual([]);
      expect(accepted).toBeGreaterThanOrEqual(MEANWHILE);
      expect(waiting).toBeGreaterThanOrEqual(accepted);
    }, 240_000);
  });
});

async function manyAnswers({ placements }: SteadyLoad): Promise<void> {
  const wanted = placements.length + MEANWHILE;
  await until('answers', () => placements.length >= wanted, 60_000);
}

const isAccepted = ({ status }: Placement): boolean => status === 202;
const isRefusedForNow = ({ status, retryAfter }: Placement): boolean => status === 503 && Number(retryAfter) > 0;
