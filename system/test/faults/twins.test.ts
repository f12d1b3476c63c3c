import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import type { ServiceName } from '@souk/contracts/services';
import { EnvironmentError } from '../../src/cli/errors.ts';
import type { ServiceChild } from '../../src/shop/real/service-child.ts';
import { completing } from './support/completions.ts';
import { type FaultShop, openFaultShop } from './support/fault-shop.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';

/** orders per second */
const RATE = 10;
/** Half a lease, and what a busy machine takes to start a process. */
const RESTART_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 10_000;

/** On MySQL, with tasks, on MongoDB. */
const TRIED = ['order', 'payment', 'user'] as const satisfies readonly ServiceName[];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('two processes of a service under one INSTANCE', () => {
    const twins = {} as Record<ServiceName, ServiceChild>;
    const loads: SteadyLoad[] = [];
    let shop: FaultShop;

    beforeAll(async () => {
      shop = await openFaultShop();
      for (const name of TRIED) twins[name] = shop.replica(name, `${name}-1`);
    }, 60_000);
    afterAll(async () => shop?.[Symbol.asyncDispose](), 60_000);

    const refusal = (child: ServiceChild) => child.start().then(() => undefined, (error: unknown) => error);

    for (const name of TRIED) {
      test(`${name}: the second does not start while the first is alive, and what was killed or stopped comes back soon`, async () => {
        await using load = steadyLoad(shop.load, RATE);
        await completing(shop.records, RATE);
        const refused = await refusal(twins[name]);
        expect(refused).toBeInstanceOf(EnvironmentError);
        expect(String(refused)).toContain('(exit code 3)');
        await completing(shop.records, RATE);
        await shop.services[name].kill();
        const killed = await shop.services[name].start();
        const code = await shop.services[name].stop();
        const stopped = await shop.services[name].start();
        process.stdout.write(`${name}: ready ${Math.round(killed)} ms after kill -9, ${Math.round(stopped)} ms after SIGTERM\n`);
        expect(code).toBe(0);
        expect(Math.max(killed, stopped)).toBeLessThan(RESTART_LIMIT_MS);
        await completing(shop.records, RATE);
        await expectEveryPromiseKept(shop.records, load, loads);
        loads.push(load);
        if (name !== 'order') expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
      }, 120_000);

      test(`${name}: one that was frozen while the second started ends when it wakes up, and takes nothing back`, async () => {
        await using load = steadyLoad(shop.load, RATE);
        await completing(shop.records, RATE);
        // Whatever becomes of this test.
        using _ = { [Symbol.dispose]: () => shop.services[name].resume() };
        shop.services[name].pause();
        await twins[name].start();
        const ending = shop.services[name].ended();
        shop.services[name].resume();
        expect(await ending).toBe(3);
        const startedAt = performance.now();
        expect(await twins[name].stop()).toBe(0);
        expect(performance.now() - startedAt).toBeLessThan(STOP_LIMIT_MS);
        await shop.services[name].start();
        await completing(shop.records, RATE);
        await expectEveryPromiseKept(shop.records, load, loads);
        loads.push(load);
      }, 120_000);
    }
  });
});
