import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import type { ServiceChild } from '../../src/shop/real/service-child.ts';
import { type Balancer, balancer } from './support/balancer.ts';
import { completing } from './support/completions.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { steadyLoad } from './support/steady-load.ts';
import { steadyReads } from './support/steady-reads.ts';

/** orders per second */
const RATE = 40;
/** The others are told one address of User, and ask there for its keys when they have just started. */
const ORDER_OF_RESTART = ['user', 'product', 'inventory', 'order', 'payment'] as const satisfies readonly ServiceName[];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('two replicas of each of the five services, restarted by SIGTERM one after the other under load', () => {
    const replicas = {} as Record<ServiceName, readonly ServiceChild[]>;
    let shop: FaultShop;
    let front: Balancer;

    beforeAll(async () => {
      shop = await openFaultShop({ env: { SHUTDOWN_DELAY_S: '1' } });
      for (const name of SERVICES) replicas[name] = [shop.services[name], shop.replica(name)];
      await Promise.all(SERVICES.map((name) => replicas[name][1]?.start()));
      front = await balancer(replicas);
    }, 120_000);
    afterAll(async () => {
      await front?.stop();
      await shop?.[Symbol.asyncDispose]();
    }, 90_000);

    test('no request fails, nothing is doubled, and each process ends cleanly', async () => {
      await using load = steadyLoad(shop.load, RATE, (path, init) => front.send('order', path, init));
      const reads = steadyReads(shop.staff, (service, path, init) => front.send(service, path, init));
      await completing(shop.records, RATE);
      const codes: Record<string, number> = {};
      for (const name of ORDER_OF_RESTART) {
        for (const [i, replica] of replicas[name].entries()) {
          codes[`${name} ${i + 1}`] = await replica.stop();
          await replica.start();
        }
      }
      await completing(shop.records, RATE);
      await reads.stop();
      await load.finish();
      expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
      expect(reads.answered.filter(({ fault }) => fault !== null)).toEqual([]);
      await expectEveryPromiseKept(shop.records, load);
      expect(Object.entries(codes).filter(([, code]) => code !== 0)).toEqual([]);
    }, 240_000);
  });
});
