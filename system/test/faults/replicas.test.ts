import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import type { ServiceChild } from '../../src/shop/real/service-child.ts';
import { allOf } from '../../src/verify/batches.ts';
import { type Balancer, balancer } from './support/balancer.ts';
import { completing, fullRate } from './support/completions.ts';
import { type FaultShop, openFaultShop, sharedServers } from './support/fault-shop.ts';
import { type LaneHistory, laneHistory } from './support/lane-history.ts';
import { metricOf } from './support/metric.ts';
import { expectEveryPromiseKept } from './support/promises.ts';
import { type SteadyLoad, steadyLoad } from './support/steady-load.ts';

/** orders per second */
const RATE = 40;
/** Lease 5 s, session 6 s, and 12 s until MySQL ends a transaction that was frozen in its middle. */
const TAKE_OVER_LIMIT_MS = 45_000;

const DOUBLED = ['order', 'inventory', 'payment'] as const;
type Doubled = (typeof DOUBLED)[number];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('two replicas of order, inventory and payment', () => {
    const second = {} as Record<Doubled, ServiceChild>;
    const loads: SteadyLoad[] = [];
    let shop: FaultShop;
    let front: Balancer;

    beforeAll(async () => {
      shop = await openFaultShop();
      for (const name of DOUBLED) second[name] = shop.replica(name);
      await Promise.all(DOUBLED.map((name) => second[name].start()));
      front = await balancer({ order: [shop.services.order, second.order] });
    }, 120_000);
    afterAll(async () => {
      await front?.stop();
      await shop?.[Symbol.asyncDispose]();
    }, 90_000);

    const customers = () => steadyLoad(shop.load, RATE, (path, init) => front.send('order', path, init));

    test('share the work: each accepts orders, handles messages and writes to a lane of its own', async () => {
      await using load = customers();
      await completing(shop.records, 3 * RATE);
      await expectEveryPromiseKept(shop.records, load, loads);
      loads.push(load);
      expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
      for (const name of DOUBLED) {
        const handled = await Promise.all([shop.services[name], second[name]].map(({ url }) => metricOf(url, 'souk_messages_total')));
        expect(Math.min(...handled)).toBeGreaterThan(0);
        expect(await eventsByLane(shop, name)).toEqual([expect.any(Number), expect.any(Number)]);
      }
      const answered = [shop.services.order, second.order].map(({ url }) => front.answered.get(url) ?? 0);
      expect(Math.min(...answered)).toBeGreaterThan(RATE);
    }, 120_000);

    for (const name of DOUBLED) {
      test(`${name} frozen beyond its lease and its session: the other takes over, and the one that wakes up writes nothing under its old lease`, async () => {
        await using history = await laneHistory(sharedServers(), shop.addresses.databases[name]);
        await using load = customers();
        await completing(shop.records, RATE);
        // Whatever becomes of this test.
        using _ = { [Symbol.dispose]: () => shop.services[name].resume() };
        await until('a freeze with something left to be sent', () => frozenWithUnsentEvents(shop, name));
        const frozen = await takenOver(history, `${name}-1`);
        await fullRate(shop.records, RATE, TAKE_OVER_LIMIT_MS);
        shop.services[name].resume();
        await until('the woken one has its lane back', async () => (await lastEpoch(history, `${name}-1`)) >= frozen + 2, TAKE_OVER_LIMIT_MS);
        await completing(shop.records, RATE);
        await expectEveryPromiseKept(shop.records, load, loads);
        loads.push(load);
        const epochs = (await history.writes(`${name}-1`)).map(({ epoch }) => epoch);
        expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
        if (name !== 'order') expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
      }, 180_000);
    }
  });
});

/** How long what the frozen one has just sent may take to be carried out by a busy database. */
const LANDED_MS = 500;

/** Freezes the first replica; lets it go on when there is nothing in its lane that another could take over. */
async function frozenWithUnsentEvents(shop: FaultShop, name: Doubled): Promise<boolean> {
  shop.services[name].pause();
  // A commit that was on its way can still say that everything is sent.
  if ((await unsentEvents(shop, name)) > 0) await Bun.sleep(LANDED_MS);
  const isLeft = (await unsentEvents(shop, name)) > 0;
  if (!isLeft) shop.services[name].resume();
  return isLeft;
}

function unsentEvents({ records }: FaultShop, name: Doubled): Promise<number> {
  return records.sql(name, async (rows) => {
    const [lane] = await allOf(rows<{ unsent: number }>(`select last_seq - published_seq as unsent from lanes where lane = '${name}-1'`));
    return lane?.unsent ?? 0;
  });
}

/** Waits until somebody else has taken a frozen process's lane; answers the lane's epoch before that. */
async function takenOver(history: LaneHistory, lane: string): Promise<number> {
  return until(
    `lane ${lane} is taken over`,
    async () => {
      const writes = await history.writes(lane);
      const [before, after] = [writes[0], writes.at(-1)];
      return before !== undefined && after !== undefined && after.epoch > before.epoch && after.owner !== before.owner && before.epoch;
    },
    TAKE_OVER_LIMIT_MS,
  );
}

async function lastEpoch(history: LaneHistory, lane: string): Promise<number> {
  return (await history.writes(lane)).at(-1)?.epoch ?? 0;
}

/** How many events the lanes hold, of those that hold any. */
function eventsByLane({ records }: FaultShop, name: Doubled): Promise<readonly number[]> {
  return records.sql(name, async (rows) => {
    const lanes = await allOf(rows<{ n: number }>('select count(*) as n from events group by lane'));
    return lanes.map(({ n }) => n);
  });
}
