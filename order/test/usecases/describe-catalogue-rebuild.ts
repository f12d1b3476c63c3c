import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { CatalogueEntry } from '../../src/domain/catalogue.ts';
import type { product } from '../messages.ts';
import { eur, NOW } from '../orders.ts';
import { openRebuildShop, type RebuildShop } from '../rebuild-shop.ts';
import type { OpenedStore } from '../storage/describe-order-store.ts';

/** On MySQL each test makes a database of its own, and its shop: seconds where the server is busy. */
setDefaultTimeout(30_000);

const PRODUCTS = 20;
const idOf = (number: number) => `0198c0de-7a11-7c3e-8f00-${String(number).padStart(12, '0')}`;
const skuOf = (number: number) => `SKU-${number}`;

/** A product with one SKU; each version costs a cent more. */
const told = (number: number, version: number): Parameters<typeof product> => [
  idOf(number),
  { [skuOf(number)]: 1000 + version },
  { version },
];

function entry(number: number, changes: Partial<CatalogueEntry>): CatalogueEntry {
  const [title, price] = ['Blue mug', eur(1001)];
  return { sku: skuOf(number), productId: idOf(number), title, options: {}, price, active: true, version: 1, changedAt: NOW + 1, ...changes };
}

export function describeCatalogueRebuild(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: the catalogue copy is rebuilt`, () => {
    let shop: RebuildShop;
    beforeEach(async () => {
      shop = await openRebuildShop(open);
      await shop.tell(...Array.from({ length: PRODUCTS }, (_, number) => told(number, 1)));
      await until('the copy is there', async () => (await shop.store.reads.knownSkus(ALL)).length === PRODUCTS);
    });
    afterEach(() => shop.close());

    const ALL = Array.from({ length: PRODUCTS }, (_, number) => skuOf(number));
    const priceOf = async (number: number, at = 0) => {
      const { status, body } = await shop.place(skuOf(number), at);
      return status === 202 ? body.total.amount : `refused with ${status}`;
    };
    /** A wrong price, one that no event can mend any more, one out of sale, and one that nobody ever told of. */
    const damage = () =>
      shop.damage(
        [entry(0, { price: eur(1) }), entry(1, { price: eur(2), version: 99 }), entry(2, { active: false }), entry(77, {})],
        [{ id: idOf(1), version: 99, skus: [skuOf(1)] }, { id: idOf(77), version: 1, skus: [skuOf(77)] }],
      );
    const damagedPrices = [1, 2, 'refused with 422', 1001];
    const pricesOfDamaged = () => Promise.all([0, 1, 2, 77].map((number) => priceOf(number)));

    test('and correct again, while orders come in and prices change', async () => {
      await damage();
      expect(await pricesOfDamaged()).toEqual(damagedPrices);
      const latest = new Map<number, number>();
      const over = new AbortController();
      const changing = async (): Promise<void> => {
        for (let version = 2; !over.signal.aborted; version += 1) {
          const number = 3 + (version % 10);
          await shop.tell(told(number, version));
          latest.set(number, version);
          await until('it costs that', async () => (await priceOf(number)) === 1000 + version, 10_000);
        }
      };
      // Who has seen a price at a process never sees an older one there; another process may be a second behind it.
      const ordering = async (number: number, at: number, seen: Map<string, number>): Promise<number> => {
        let placed = 0;
        for (; !over.signal.aborted; placed += 1) {
          const place = `${number} at ${at}`;
          const least = seen.get(place) ?? 0;
          const price = await priceOf(number, at);
          expect(price).toBeNumber();
          expect(price).toBeGreaterThanOrEqual(least);
          seen.set(place, Math.max(seen.get(place) ?? 0, Number(price)));
        }
        return placed;
      };
      const seen = new Map<string, number>();
      const orders = [3, 4, 5, 6, 3, 4].map((number, at) => ordering(number, at % 2, seen));
      const all = Promise.all([changing(), ...orders]);
      const rebuilt = async (): Promise<void> => {
        for (const at of [0, 1, 0]) {
          const before = (await shop.status()).startedAt;
          // The one before says that it is done, and gives its leave back a moment later.
          await until('another one', async () => (await shop.start(at)) && (await shop.status()).startedAt !== before);
          await shop.ends('done');
        }
      };
      await rebuilt().finally(() => over.abort());
      const [, ...counts] = await all;
      expect(Math.min(...counts)).toBeGreaterThan(2);
      expect(await pricesOfDamaged()).toEqual([1001, 1001, 1001, 'refused with 422']);
      for (const [number, version] of latest) await until('the last price', async () => (await priceOf(number)) === 1000 + version);
    }, 40_000);

    test('and includes events that came after the topics were read', async () => {
      shop.interruptions.afterReading = async () => {
        await shop.tell(told(5, 2), told(50, 1));
        await until('the one in use knows', async () => (await priceOf(5)) === 1002 && (await priceOf(50)) === 1001);
      };
      await shop.start();
      await shop.ends('done');
      expect([await priceOf(5), await priceOf(50), await priceOf(6)]).toEqual([1002, 1001, 1001]);
    });

    test('with its progress shown by every process', async () => {
      expect(await shop.status(1)).toMatchObject({ status: 'never', startedAt: null });
      const started = await shop.start();
      expect(started.status).toBe(202);
      expect(['emptying', 'reading', 'done']).toContain(started.body.status);
      await shop.ends('done');
      const counts = { messages: PRODUCTS, total: PRODUCTS, skipped: 0, failure: null };
      expect(await shop.status(1)).toMatchObject({ status: 'done', ...counts });
    });

    test('by one process at a time', async () => {
      let readings = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      shop.interruptions.afterReading = () => {
        readings += 1;
        return promise;
      };
      const answers = await Promise.all([shop.start(0), shop.start(1), shop.start(0)]);
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      await until('it has read', () => readings > 0);
      expect((await shop.start(1)).body.status).toBe('reading');
      resolve();
      await shop.ends('done');
      expect(readings).toBe(1);
    });

    test('and a paused process that has lost the lock to another one changes nothing when it goes on', async () => {
      await damage();
      const { promise, resolve } = Promise.withResolvers<void>();
      let isPaused = false;
      shop.interruptions.afterReading = () => {
        delete shop.interruptions.afterReading;
        isPaused = true;
        return promise;
      };
      await shop.start(0);
      await until('it has read', () => isPaused);
      const paused = shop.interruptions.held;
      await paused?.release();
      await until('leave for another one', async () => (await shop.start(1)) && shop.interruptions.held !== paused);
      const done = await shop.ends('done');
      const attempts = shop.exchanges();
      resolve();
      await until('it has tried', () => shop.exchanges() > attempts);
      expect(await shop.status()).toEqual(done);
      await shop.tell(told(3, 2));
      await until('a new price', async () => (await priceOf(3)) === 1002);
      expect(await pricesOfDamaged()).toEqual([1001, 1001, 1001, 'refused with 422']);
    });

    test('or stays as it was when the rebuild fails before the exchange, and can be rebuilt again', async () => {
      await damage();
      for (const broken of [{ afterReading: fails }, { exchange: fails }] as const) {
        Object.assign(shop.interruptions, { afterReading: undefined, exchange: undefined, ...broken });
        await shop.start();
        expect((await shop.ends('failed')).failure).toBe('Error: broken off');
        expect(await pricesOfDamaged()).toEqual(damagedPrices);
      }
      Object.assign(shop.interruptions, { afterReading: undefined, exchange: undefined });
      await shop.start(1);
      await shop.ends('done');
      expect(await pricesOfDamaged()).toEqual([1001, 1001, 1001, 'refused with 422']);
    });

    test('and correct when the rebuild fails after the exchange, and after the next rebuild', async () => {
      await damage();
      shop.interruptions.exchange = async (held) => {
        await held.exchange();
        await fails();
      };
      await shop.start();
      await shop.ends('failed');
      delete shop.interruptions.exchange;
      await shop.tell(told(7, 2));
      await until('a new price', async () => (await priceOf(7)) === 1002);
      expect(await pricesOfDamaged()).toEqual([1001, 1001, 1001, 'refused with 422']);
      await shop.start(1);
      await shop.ends('done');
      expect([...(await pricesOfDamaged()), await priceOf(7)]).toEqual([1001, 1001, 1001, 'refused with 422', 1002]);
    });
  });
}

const fails = (): Promise<never> => Promise.reject(new Error('broken off'));
