import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { kafkaProxy, type ProxyMode, type TcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { messagesOf } from '../support/messages-of.ts';
import { completing } from './support/completions.ts';
import { type FaultShop, openFaultShop, sharedServers } from './support/fault-shop.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';

/** orders per second */
const RATE = 40;
const FAULT_MS = 1000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a broker whose answers are lost for a second in the middle of load', () => {
    const loads: SteadyLoad[] = [];
    let proxy: TcpProxy;
    let shop: FaultShop;

    beforeAll(async () => {
      proxy = await kafkaProxy(sharedServers().kafka[0] ?? '');
      shop = await openFaultShop({ brokers: [`${proxy.host}:${proxy.port}`] });
    }, 120_000);
    afterAll(async () => {
      await shop?.[Symbol.asyncDispose]();
      await proxy?.close();
    }, 90_000);

    const cases: readonly (readonly [ProxyMode, string])[] = [
      ['drop-answers', 'silently'],
      ['cut-on-answer', 'together with the connection'],
    ];
    for (const [mode, how] of cases) {
      test(`${how}: orders are accepted all the time, what was sent twice has one effect, and nothing is lost`, async () => {
        await using load = steadyLoad(shop.load, RATE);
        await completing(shop.records, RATE);
        const doubledBefore = await doubled(shop);
        proxy.set(mode);
        // Long enough for each service to have something to send.
        await Bun.sleep(FAULT_MS);
        proxy.set('forward');
        await completing(shop.records, 2 * RATE, 60_000);
        await expectEveryPromiseKept(shop.records, load, loads);
        loads.push(load);
        expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
        // Else no produce request has lost its answer, and nothing was shown.
        expect(await doubled(shop)).toBeGreaterThan(doubledBefore);
      }, 180_000);
    }
  });
});

/** Messages that are in the log for a second time. */
async function doubled({ records }: FaultShop): Promise<number> {
  const ids = (await messagesOf(records, TOPIC_NAMES)).map(({ headers }) => headers.ce_id);
  return ids.length - new Set(ids).size;
}
