import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { fullRate } from './support/completions.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';
import { type SteadyReads, steadyReads } from './support/steady-reads.ts';

/** orders per second: a tenth of what the shop can do here, so that what is measured is the shop's recovery. */
const RATE = 60;
const BACK_LIMIT_MS = 10_000;
/** Above the limit, to learn how long it took when it was too long. */
const PATIENCE_MS = 30_000;
/** What the others must have answered while one is away. */
const READS_MEANWHILE = 8;
const ORDERS_MEANWHILE = 60;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a service that is killed in the middle of load', () => {
    let shop: FaultShop;
    const loads: SteadyLoad[] = [];

    beforeAll(async () => {
      shop = await openFaultShop();
    }, 60_000);
    afterAll(async () => shop?.[Symbol.asyncDispose](), 60_000);

    for (const victim of SERVICES) {
      test(`${victim}: the others go on, it is at the full rate again within 10 s, and nothing is lost or doubled`, async () => {
        await using load = steadyLoad(shop.load, RATE);
        const reads = steadyReads(shop.staff, (service, path, init) => fetch(`${shop.services[service].url}${path}`, init));
        // What this machine cannot do now, it cannot do again.
        await fullRate(shop.records, RATE, PATIENCE_MS);
        await shop.services[victim].kill();
        await othersGoOn(victim, load, reads);
        const readyMs = await shop.services[victim].start();
        const backMs = readyMs + (await fullRate(shop.records, RATE, PATIENCE_MS));
        await reads.stop();
        process.stdout.write(`${victim}: ready ${Math.round(readyMs)} ms, full rate ${Math.round(backMs)} ms after its restart\n`);
        expect(reads.answered.filter(({ service, fault }) => service !== victim && fault !== null)).toEqual([]);
        if (victim !== 'order') expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
        await expectEveryPromiseKept(shop.records, load, loads);
        loads.push(load);
        expect(backMs).toBeLessThanOrEqual(BACK_LIMIT_MS);
      }, 180_000);
    }
  });
});

/** Waits until all others have answered for a while, and orders were accepted, unless it is Order that is away. */
async function othersGoOn(victim: ServiceName, load: SteadyLoad, reads: SteadyReads): Promise<void> {
  const readsBefore = reads.answered.length;
  const acceptedBefore = load.accepted.size;
  const others = SERVICES.filter((service) => service !== victim);
  await until('answers of the others', () => {
    const since = reads.answered.slice(readsBefore);
    const count = (of: ServiceName) => since.filter(({ service, fault }) => service === of && fault === null).length;
    const isOrdering = victim === 'order' || load.accepted.size - acceptedBefore >= ORDERS_MEANWHILE;
    return isOrdering && others.every((service) => count(service) >= READS_MEANWHILE);
  });
}
