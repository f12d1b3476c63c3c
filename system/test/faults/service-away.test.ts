import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { readSnapshot } from '../support/snapshot.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { metricOf } from './support/metric.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';

const RATE = 60;
/** Payment looks after 10 s for a charge that was out when it was killed; until then later ones are answered and this one is not. */
const TIMEOUT_S = { inventory: 3, payment: 12 };
const PATIENCE_MS = 60_000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a service that is away for longer than orders wait for it', () => {
    let shop: FaultShop;
    const loads: SteadyLoad[] = [];

    beforeAll(async () => {
      const env = { ADMISSION_TARGET_MS: '1000', ORDER_STOCK_TIMEOUT_S: String(TIMEOUT_S.inventory), ORDER_PAYMENT_TIMEOUT_S: String(TIMEOUT_S.payment) };
      shop = await openFaultShop({ env });
    }, 60_000);
    afterAll(async () => shop?.[Symbol.asyncDispose](), 60_000);

    test.each(['inventory', 'payment'] as const)('%s: orders are refused meanwhile, Order is ready, and none is cancelled for it', async (victim) => {
      const order = shop.services.order.url;
      await using load = steadyLoad(shop.load, RATE);
      await until('orders are taken', () => load.accepted.size >= RATE);
      await shop.services[victim].kill();
      const isRefused = () => load.placements.some(({ status }) => status === 503);
      await until('orders are refused', isRefused, PATIENCE_MS);
      await until('an order has waited twice as long as it is to', async () => (await metricOf(order, 'souk_orders_oldest_open_seconds')) > 2 * TIMEOUT_S[victim], PATIENCE_MS);
      expect((await fetch(`${order}/readyz`)).status).toBe(200);
      expect(await metricOf(order, 'souk_admission_refused_total')).toBeGreaterThan(0);
      for (const { status, retryAfter } of load.placements.filter((placement) => placement.status !== 202)) {
        expect(status).toBe(503);
        expect(Number(retryAfter)).toBeWithin(1, 11);
      }
      await shop.services[victim].start();
      await until('all orders are taken again', async () => (await metricOf(order, 'souk_admission_refusal_ratio')) === 0, PATIENCE_MS);
      await expectEveryPromiseKept(shop.records, load, loads);
      const { orders } = await readSnapshot(shop.records, [...load.accepted.values()]);
      expect(orders.filter(({ reason }) => reason === 'inventory_timeout' || reason === 'payment_expired')).toEqual([]);
      loads.push(load);
    }, 180_000);
  });
});
